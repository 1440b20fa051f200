import type { LegName } from '../bind/DraftStep.js'

/** The path of an argument inside its step. */
export function slotOf(name: LegName, part: 'token' | 'amount'): string {
  return name === 'main' ? part : `${name}.${part}`
}
