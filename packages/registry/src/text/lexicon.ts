// One file because it is a table: how people, in English and Japanese, name what
// our own actions and chains are called in capabilities.
import type { Action } from '@behest/spec'

/** Words under which an action is looked for. */
export const actionWords: Readonly<Record<Action, string>> = {
  swap: 'swap exchange trade convert buy sell wrap unwrap token for token best price 交換 スワップ 両替 買う 売る',
  bridge: 'bridge move cross chain transfer between chains ブリッジ',
  transfer: 'transfer send pay payment 送る 送金 支払う',
  supply:
    'supply lend lending earn interest yield deposit save 貸す 預ける 運用 利回り 供給',
  deposit: 'deposit add liquidity pool vault 預入 流動性',
  withdraw: 'withdraw take out redeem remove 引き出す 出金',
  borrow:
    'borrow loan against collateral debt leverage 借りる 借入 担保 ローン',
  repay: 'repay pay back loan debt 返す 返済',
  stake: 'stake staking validate rewards ステーク ステーキング',
  unstake: 'unstake withdraw stake アンステーク',
  claim: 'claim harvest collect rewards 受け取る 請求',
  long: 'long leverage perpetual margin ロング',
  short: 'short leverage perpetual margin ショート',
  close: 'close position perpetual 決済',
  lock: 'lock escrow vote ロック',
  unlock: 'unlock release アンロック',
  vote: 'vote governance gauge 投票',
  approve: 'approve allowance permit spender 承認 許可',
  revoke: 'revoke allowance permission remove approval 取り消す 取消',
  ask: 'ask price balance yield position health gas allowance quote question 価格 残高 利回り 質問 相場',
}

/** Chain names as people write them, by id. */
export const chainNames: Readonly<Record<number, readonly string[]>> = {
  1: ['ethereum', 'mainnet', 'eth'],
  10: ['optimism', 'op'],
  56: ['bsc', 'bnb', 'binance'],
  100: ['gnosis', 'xdai'],
  137: ['polygon', 'matic'],
  324: ['zksync'],
  8453: ['base'],
  42161: ['arbitrum', 'arb'],
  43114: ['avalanche', 'avax'],
  59144: ['linea'],
  534352: ['scroll'],
  11155111: ['sepolia'],
  31337: ['local', 'localhost', 'anvil', 'hardhat', 'devnet'],
}

const chainIdOfName = new Map(
  Object.entries(chainNames).flatMap(([id, names]) =>
    names.map((name) => [name, Number(id)] as const),
  ),
)

/**
 * Gets the chain that a name or a number stands for.
 *
 * @param chain - A chain id in digits or a name such as `base`.
 * @returns The id, or `undefined` when the name is unknown.
 */
export function toChainId(chain: string): number | undefined {
  if (/^\d{1,15}$/.test(chain)) return Number(chain)
  return chainIdOfName.get(chain.toLowerCase())
}
