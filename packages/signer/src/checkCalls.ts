import { spliceCall } from '@behest/engine'
import {
  type Hex,
  isSameAddress,
  type PlanCall,
  type PlanStep,
} from '@behest/spec'
import { hexToBigInt } from 'viem'

type Call = {
  readonly to: string
  readonly valueWei: bigint
  readonly data: Hex
}

/**
 * Holds one call against the call of the plan: the same bytes, and where an
 * earlier step's gain is written in, one amount per source that stays within what
 * the step may spend.
 *
 * @returns What is wrong, or `null`.
 */
export function findCallProblem(options: {
  readonly planned: PlanCall
  readonly step: PlanStep
  readonly asked: Call
}): string | null {
  const { planned, step, asked } = options
  if (!isSameAddress(planned.to, asked.to))
    return `it goes to ${asked.to}, and the plan's call to ${planned.to}`
  const amounts = new Map<string, bigint>()
  for (const { offset, step: from, token } of planned.splices) {
    const key = `${from} ${token.toLowerCase()}`
    const found = readWord(asked, offset)
    if (found === null) return 'an amount lies outside its calldata'
    const before = amounts.get(key)
    if (before !== undefined && before !== found)
      return 'it writes two amounts for one gain'
    amounts.set(key, found)
    const most = step.spend
      .filter((item) => isSameAddress(item.token.address, token))
      .reduce((sum, { atMostUnits }) => sum + atMostUnits, 0n)
    if (found > most)
      return `it takes ${found} units and the plan allows ${most}`
  }
  const expected = spliceCall(
    planned,
    (from, token) => amounts.get(`${from} ${token.toLowerCase()}`) ?? 0n,
  )
  if (
    expected.valueWei !== asked.valueWei ||
    expected.data.toLowerCase() !== asked.data.toLowerCase()
  )
    return 'its bytes are not those of the plan'
  return null
}

function readWord(call: Call, offset: number): bigint | null {
  if (offset === -1) return call.valueWei
  const start = 2 + offset * 2
  const word = call.data.slice(start, start + 64)
  return offset < 4 || word.length < 64 ? null : hexToBigInt(`0x${word}`)
}
