import { isSameAddress, type PlanStep } from '@behest/spec'
import { isSpliced } from './bindMandates.js'

/** More than was approved is not taken, however much the step before it gave. */
export function capAtSpend(options: {
  readonly steps: readonly PlanStep[]
  readonly token: string
  readonly units: bigint
}): bigint {
  const { steps, token, units } = options
  let most: bigint | null = null
  for (const step of steps)
    if (isSpliced(step))
      for (const { token: spent, atMostUnits } of step.spend)
        if (isSameAddress(spent.address, token))
          most = (most ?? 0n) + atMostUnits
  return most !== null && units > most ? most : units
}
