import type { Action } from '@behest/spec'
import type { LegName } from '../bind/DraftStep.js'

export const CONSUMES: Partial<Record<Action, LegName>> = {
  swap: 'sell',
  bridge: 'main',
  transfer: 'main',
  supply: 'main',
  deposit: 'main',
  stake: 'main',
  lock: 'main',
  repay: 'main',
  approve: 'main',
}
