import type { Dual } from './createDual.js'
import { createNewtonModel } from './createNewtonModel.js'
import type { Rates } from './getRates.js'

/** How a minimisation ended. */
export type Solution = {
  readonly type: 'converged' | 'stopped' | 'out-of-time'
  readonly rounds: number
}

// One e-fold of price a step: a wilder one overflows before it can be undone.
const longestStep = 1
// The first step, and how much longer than the last one a step may be: a
// singular matrix asks for any length and wakes every pool there is.
const firstStep = 0.02
const stepGrowth = 8
// Predicted gain, as a share of the bound, under which a step is not worth it:
// 1e-7 basis points.
const negligibleGain = 1e-11
// Share of its slope from which on a step's end counts as no flatter: the model
// was far too stiff, as it is where a pool ends just behind the prices.
const stillSteep = 0.9
const firstDamping = 1e-2
const leastDamping = 1e-12
const mostDamping = 1e12
const mostRounds = 200
// How often one round looks again at pools that its step would wake.
const mostLooks = 8

/**
 * Minimises the dual function by a damped semismooth Newton method on log
 * prices. Its matrix is the Laplacian of the pools that trade at the current
 * prices, so only tokens that something flows through are solved for.
 *
 * A step that wakes pools which the matrix did not know runs far past the
 * minimum. Such pools join the model, with the distance at which each of them
 * begins to trade, and the step is solved again.
 *
 * @param options.rates - The zero-size rates into the bought token. Their
 * paths are where a token's surplus goes first, so they are always in the model;
 * without them a group of tokens would float, and the step have any length.
 * @param options.isLate - Tells whether the time is used up.
 * @param options.worth - What gains are held against where the value itself may
 * go to nothing.
 */
export function solveDual(
  dual: Dual,
  options: {
    readonly rates: Rates
    readonly isLate?: (() => boolean) | undefined
    readonly worth?: number | undefined
  },
): Solution {
  const { buy, shift } = dual
  const finish = (type: Solution['type'], rounds: number): Solution => {
    model.end()
    // Prices are read in the bought token.
    const offset = shift[buy]!
    if (offset !== 0) {
      for (let token = 0; token < shift.length; token++) shift[token]! -= offset
      shift[buy] = 0
      dual.evaluate()
    }
    return { type, rounds }
  }
  const model = createNewtonModel(dual, options.rates)
  let damping = firstDamping
  let reach = firstStep
  dual.evaluate()

  for (let round = 0; round < mostRounds; round++) {
    if (options.isLate?.() === true) return finish('out-of-time', round)
    model.begin()
    const value = dual.value
    let accepted = false
    let settled = false
    let scale = 1
    let slope = 0
    for (let look = 0; look < mostLooks && !accepted; look++) {
      while (!model.solve(damping)) {
        damping *= 100
        if (damping > mostDamping) return finish('stopped', round)
      }
      slope = model.getSlope()
      if (!(slope < 0)) break
      scale = limit()
      settled = isSettled()
      model.move(scale)
      accepted = isLower()
      if (!accepted && !model.learn(scale)) break
    }
    if (!(slope < 0)) {
      // Without the pools to come the model always points down.
      model.forget()
      while (!model.solve(damping)) {
        damping *= 100
        if (damping > mostDamping) return finish('stopped', round)
      }
      slope = model.getSlope()
      scale = limit()
      if (!(slope < 0)) {
        model.move(0)
        return finish('converged', round)
      }
      settled = isSettled()
      model.move(scale)
      accepted = isLower()
    }
    const wasFull = accepted
    if (accepted && !settled) lengthen()
    for (let trial = 0; trial < 40 && !accepted; trial++) {
      const slopeHere = model.getSlopeHere()
      scale *= Math.min(0.6, Math.max(0.1, slope / (slope - slopeHere)))
      model.move(scale)
      accepted = isLower()
    }
    if (!accepted) {
      model.move(0)
      if (settled) return finish('converged', round + 1)
      damping = Math.max(damping, leastDamping) * 100
      if (damping > mostDamping) return finish('stopped', round)
      continue
    }
    if (settled) return finish('converged', round + 1)
    reach = Math.min(
      longestStep,
      Math.max(firstStep, stepGrowth * scale * model.getLongest()),
    )
    damping = wasFull
      ? Math.max(leastDamping, damping / 10)
      : Math.min(mostDamping, damping * 3)

    /** Goes on along a step whose end is nearly as steep as its beginning. */
    function lengthen(): void {
      const farthest = longestStep / longest()
      while (model.getSlopeHere() <= stillSteep * slope) {
        const longer = Math.min(farthest, scale * stepGrowth)
        if (!(longer > scale)) return
        model.move(longer)
        if (model.getSlopeHere() > 0) {
          model.move(scale)
          return
        }
        scale = longer
      }
    }

    function isSettled(): boolean {
      const most = Math.max(value, options.worth ?? 0)
      return scale === 1 && -slope <= negligibleGain * most
    }

    function longest(): number {
      return Math.max(model.getLongest(), model.getFarthest())
    }

    function limit(): number {
      return Math.min(
        1,
        reach / model.getLongest(),
        longestStep / model.getFarthest(),
      )
    }

    function isLower(): boolean {
      // The function is convex: while it still falls here, it is lower here,
      // whatever the rounding of its value says.
      return (
        model.getSlopeHere() <= 0 ||
        dual.value <= value + 1e-4 * scale * slope ||
        (settled && dual.value <= value)
      )
    }
  }
  return finish('stopped', mostRounds)
}
