//#region agent
import { defineAgent } from '@behest/sdk'
import { type Address, isSameAddress } from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'

const wethAbi = parseAbi(['function deposit() payable'])
const feeBps = 10

export function createWrapAgent(options: {
  readonly weth: Address
  /** Who gets the fee. */
  readonly treasury: Address
}) {
  const { weth, treasury } = options
  return defineAgent({
    name: 'wrap',
    version: '1.0.0',
    summary: 'Wraps the native coin, for a tenth of a per cent.',
    chainIds: [31337],
    serves: ['swap'],
    tokens: ['ETH', 'WETH'],
    feeBps, // in the card: the most that it ever takes
    limits: { spenders: [], maxValidForSeconds: 120 },
    quote({ sell, buy }, { account }) {
      if (sell.token.address !== 'native' || sell.amount === undefined)
        return null
      if (!isSameAddress(buy.token.address, weth)) return null
      if (sell.amount.type !== 'exact')
        return {
          declined: 'AMOUNT_NOT_EXACT',
          message: 'The fee is cut from an exact amount. Say how much to wrap.',
        }
      const { units } = sell.amount
      const feeUnits = (units * BigInt(feeBps)) / 10_000n // rounded down
      const restUnits = units - feeUnits
      const data = encodeFunctionData({ abi: wethAbi })
      const { token } = buy
      return {
        calls: [
          ...(feeUnits > 0n ? [{ to: treasury, valueWei: feeUnits }] : []),
          { to: weth, valueWei: restUnits, data },
        ],
        receive: [
          {
            token,
            account,
            atLeastUnits: restUnits,
            expectedUnits: restUnits,
          },
        ],
        fee:
          feeUnits > 0n
            ? [{ token: sell.token, to: treasury, units: feeUnits }]
            : [],
      }
    },
  })
}
//#endregion agent
