/** The moments at which a crash must do no harm. */
export const faultPoints = [
  'after-chain-nonce',
  'after-lock',
  'after-sign',
  'after-insert',
  'after-commit',
  'after-reply',
  'after-receipt',
  'after-mined',
  'before-final',
  'after-final',
  'after-bump-commit',
  'after-cancel-commit',
] as const

/** One of {@link faultPoints}. */
export type FaultPointName = (typeof faultPoints)[number]

/** Called at each of these moments; does nothing outside crash tests. */
export type FaultPoint = (name: FaultPointName) => void

/**
 * Creates the hook that ends this process as a power cut would, at one moment.
 *
 * @param at - The moment's name, e.g. from `BEHEST_FAULT_AT`; nothing happens
 *   without one.
 * @returns The hook.
 */
export function createFaultPoint(at: string | undefined): FaultPoint {
  return (name) => {
    if (name === at) process.kill(process.pid, 'SIGKILL')
  }
}
