import { type Devnet, start } from '@behest/devnet'
import {
  type ChainDeployment,
  createChainPort,
  type EvmChainPort,
  erc20Abi,
  toLocalDeployment,
} from '@behest/evm'
import { type Agent, quoteInProcess } from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import type {
  Address,
  AssetAddress,
  Instruction,
  Quote,
  QuoteDecline,
  QuoteRequest,
  Token,
} from '@behest/spec'
import { createWalletClient, encodeFunctionData, type Hex, http } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

/** What carrying a quote out did to the account. */
export type Carried = {
  /** Gains and losses; gas is added back. */
  readonly deltas: ReadonlyMap<string, bigint>
  readonly gasUsed: bigint
}

type Call = {
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
}

type Sent = { readonly gasUsed: bigint; readonly feeWei: bigint }

/** A local chain with one funded account on it. */
export type TestChain = {
  readonly devnet: Devnet
  readonly deployment: ChainDeployment
  readonly port: EvmChainPort
  readonly client: EvmChainPort['client']
  readonly account: Address
  readonly token: (symbol: string) => Token
  readonly balanceOf: (asset: AssetAddress) => Promise<bigint>
  readonly allowanceOf: (asset: Address, spender: Address) => Promise<bigint>
  /** Sends one call and gives its gas and fee; throws with the reason. */
  readonly send: (call: Call) => Promise<Sent>
  readonly approve: (
    asset: Address,
    spender: Address,
    units: bigint,
  ) => Promise<Sent>
  readonly request: (
    instruction: Instruction,
    options?: { readonly respondWithinMs?: number },
  ) => Promise<QuoteRequest>
  readonly ask: (
    agent: Agent,
    instruction: Instruction,
  ) => Promise<Quote | QuoteDecline>
  readonly askRequest: (
    agent: Agent,
    asked: QuoteRequest,
  ) => Promise<Quote | QuoteDecline>
  /** Asks, and throws what it said where it gave no quote. */
  readonly askQuote: (agent: Agent, instruction: Instruction) => Promise<Quote>
  /**
   * Carries a quote out as the engine does: exact approvals, the calls with the
   * realised amount written in, and what is left of an approval taken back.
   */
  readonly carryOut: (
    quote: Quote,
    options?: { readonly realisedUnits?: bigint },
  ) => Promise<Carried>
  /** Lets chain time go on. */
  readonly passTime: (seconds: number) => Promise<void>
  readonly deal: (
    symbol: 'WETH' | 'USDC' | 'DAI' | 'WBTC',
    amountUnits: bigint,
  ) => ReturnType<Devnet['deal']>
}

const gas = 5_000_000n
/** Signs what the agents of a test quote. */
export const signer: PrivateKeyAccount = privateKeyToAccount(
  `0x${'01'.repeat(32)}`,
)

/** Starts a chain for one test file, and gives its account some of each token. */
export async function openChain(): Promise<TestChain> {
  const devnet: Devnet = await start()
  const deployment: ChainDeployment = toLocalDeployment(devnet.addresses)
  const port: EvmChainPort = createChainPort({
    rpcUrl: devnet.url,
    deployment,
  })
  const user = privateKeyToAccount(devnet.accounts[1].privateKey)
  const account = user.address
  const wallet = createWalletClient({
    account: user,
    chain: devnet.chain,
    transport: http(devnet.url),
  })
  const { client } = port

  const token = (symbol: string): Token => {
    const found = [deployment.nativeToken, ...deployment.tokens].find(
      (one) => one.symbol === symbol,
    )
    if (found === undefined) throw new RangeError(`no token ${symbol}`)
    return {
      chainId: deployment.chainId,
      address: found.address,
      symbol,
      decimals: found.decimals,
    }
  }

  const balanceOf = (asset: AssetAddress): Promise<bigint> =>
    asset === 'native'
      ? client.getBalance({ address: account })
      : client.readContract({
          address: asset,
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [account],
        })

  const allowanceOf = (asset: Address, spender: Address): Promise<bigint> =>
    client.readContract({
      address: asset,
      abi: erc20Abi,
      functionName: 'allowance',
      args: [account, spender],
    })

  const send = async (call: Call): Promise<Sent> => {
    const transaction = { to: call.to, value: call.valueWei, data: call.data }
    const hash = await wallet.sendTransaction({ ...transaction, gas })
    for (;;) {
      // viem's own wait can hang where blocks come at once.
      const receipt = await client
        .getTransactionReceipt({ hash })
        .catch(() => null)
      if (receipt === null) {
        await new Promise((resolve) => setTimeout(resolve, 3))
        continue
      }
      if (receipt.status === 'reverted') {
        await client.call({
          ...transaction,
          account,
          blockNumber: receipt.blockNumber - 1n,
        })
        throw new RangeError(`call to ${call.to} reverted`)
      }
      return {
        gasUsed: receipt.gasUsed,
        feeWei: receipt.gasUsed * receipt.effectiveGasPrice,
      }
    }
  }

  const approve = (asset: Address, spender: Address, units: bigint) =>
    send({
      to: asset,
      valueWei: 0n,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [spender, units],
      }),
    })

  const request = async (
    instruction: Instruction,
    options: { readonly respondWithinMs?: number } = {},
  ): Promise<QuoteRequest> => {
    const head = await port.readHead()
    return createTestRequest({
      instruction,
      account,
      chainId: deployment.chainId,
      blockNumber: head.number,
      blockHash: head.hash,
      nowUnixSeconds: head.timestampUnixSeconds,
      respondWithinMs: options.respondWithinMs ?? 20_000,
    })
  }

  const askRequest = (
    agent: Agent,
    asked: QuoteRequest,
  ): Promise<Quote | QuoteDecline> =>
    quoteInProcess(agent, { request: asked, signer })

  const ask = async (
    agent: Agent,
    instruction: Instruction,
  ): Promise<Quote | QuoteDecline> =>
    askRequest(agent, await request(instruction))

  const askQuote = async (
    agent: Agent,
    instruction: Instruction,
  ): Promise<Quote> => {
    const answer = await ask(agent, instruction)
    if ('signature' in answer) return answer
    throw new RangeError(`${answer.code}: ${answer.message}`)
  }

  const carryOut = async (
    quote: Quote,
    options: { readonly realisedUnits?: bigint } = {},
  ): Promise<Carried> => {
    const { realisedUnits } = options
    const assets: readonly AssetAddress[] = [
      'native',
      ...deployment.tokens.map(({ address }) => address),
      ...[...quote.spend, ...quote.receive].map((item) => item.token.address),
    ]
    const before = await Promise.all(assets.map(balanceOf))
    let feeWei = 0n
    let gasUsed = 0n
    for (const approval of quote.approvals) {
      const units = realisedUnits ?? approval.units
      const sent = await approve(approval.token, approval.spender, units)
      feeWei += sent.feeWei
    }
    for (const call of quote.calls) {
      let { valueWei, data } = call
      for (const offset of realisedUnits === undefined
        ? []
        : (call.amountOffsets ?? []))
        if (offset === -1) valueWei = realisedUnits ?? 0n
        else
          data = `${data.slice(0, 2 + offset * 2)}${(realisedUnits ?? 0n)
            .toString(16)
            .padStart(64, '0')}${data.slice(66 + offset * 2)}` as Hex
      const sent = await send({ to: call.to, valueWei, data })
      feeWei += sent.feeWei
      gasUsed += sent.gasUsed
    }
    for (const { token: asset, spender } of quote.approvals)
      if ((await allowanceOf(asset, spender)) > 0n)
        feeWei += (await approve(asset, spender, 0n)).feeWei
    const after = await Promise.all(assets.map(balanceOf))
    return {
      gasUsed,
      deltas: new Map(
        assets.map((asset, index) => [
          asset.toLowerCase(),
          (after[index] ?? 0n) -
            (before[index] ?? 0n) +
            (asset === 'native' ? feeWei : 0n),
        ]),
      ),
    }
  }

  return {
    devnet,
    deployment,
    port,
    client,
    account,
    token,
    balanceOf,
    allowanceOf,
    send,
    approve,
    request,
    ask,
    askRequest,
    askQuote,
    carryOut,
    passTime: devnet.passTime,
    deal: (symbol: 'WETH' | 'USDC' | 'DAI' | 'WBTC', amountUnits: bigint) =>
      devnet.deal({ account, token: symbol, amountUnits }),
  }
}
