import type { Address, AssetAddress } from '@behest/spec'
import { createPublicClient, http, parseUnits, toHex } from 'viem'

// Enough to try everything; the protocols hold a thousand times more.
const gifts: Readonly<Record<string, string>> = {
  USDC: '20000',
  DAI: '10000',
  WBTC: '5',
}
const giftEth = '100'

/**
 * Gives a new account of the local chain something to try things with. An
 * account that holds the chain's coin already is left alone.
 */
export async function fundLocalAccount(options: {
  readonly rpcUrl: string
  readonly account: Address
  readonly tokens: readonly {
    readonly symbol: string
    readonly address: AssetAddress
    readonly decimals: number
  }[]
}): Promise<void> {
  const { rpcUrl, account, tokens } = options
  const client = createPublicClient({ transport: http(rpcUrl) })
  if ((await client.getBalance({ address: account })) > 0n) return
  // Methods of the local chain's node; no other chain has them.
  const request = client.request as (call: {
    method: string
    params: readonly unknown[]
  }) => Promise<unknown>
  for (const { symbol, address, decimals } of tokens) {
    const gift = gifts[symbol]
    if (gift !== undefined)
      await request({
        method: 'anvil_dealERC20',
        params: [account, address, toHex(parseUnits(gift, decimals))],
      })
  }
  await request({
    method: 'anvil_setBalance',
    params: [account, toHex(parseUnits(giftEth, 18))],
  })
}
