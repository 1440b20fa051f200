import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type EmbeddedPostgres,
  faultPoints,
  startPostgres,
} from '@behest/journal'
import { BehestError } from '@behest/spec'
import { bundleWorker } from './createWorkers.js'
import { type Mutant, mutants } from './mutants.js'
import { type RoundReport, runRound } from './runRound.js'

const weathers = ['usual', 'storm', 'outage'] as const

/** What rounds came to. */
export type ChaosSummary = {
  readonly type: 'passed' | 'failed'
  readonly seed: string
  readonly rounds: number
  readonly seconds: number
  readonly legs: number
  readonly faults: number
  readonly kills: number
  readonly killsAt: Readonly<Record<string, number>>
  readonly reorgs: number
  readonly takenBack: number
  readonly appliedAndLost: number
  readonly dropped: number
  readonly feeJumps: number
  readonly databaseKills: number
  readonly doubled: number
  readonly lost: number
  readonly violations: number
  /** Rounds that ended within 15 s of the faults, and began again within 5 s. */
  readonly inTime: number
  /** The busiest round: processes that wanted a processor, for each of them. */
  readonly loadPerProcessor: number
  readonly settledMs: { readonly p50: number; readonly max: number }
  readonly pickedUpMs: { readonly p50: number; readonly max: number }
  /** What did not happen, so that the run does not count. */
  readonly missing: readonly string[]
}

/** Whether one mutant was noticed. */
export type MutantReport = {
  readonly mutant: string
  readonly says: string
  readonly caught: 'yes' | 'no'
  readonly by: string
  readonly rounds: number
  readonly seconds: number
}

export type ChaosOptions = {
  readonly rounds: number
  readonly seed: string
  /** Plans per round. */
  readonly plans: number
  readonly chaosMs: number
  readonly databaseKills?: number
  /** Whether another chain answers for a while in one round of four. */
  readonly otherChain?: 'visits' | 'never'
  /** Faults that each round goes on for. */
  readonly leastFaults?: number
  /** No new round begins after this time, in ms. */
  readonly stopAfterMs?: number
  /** Goes on until there was so much of each; else that is missing. */
  readonly least?: Readonly<Record<'faults' | 'kills' | 'reorgs', number>>
  /** Rounds of the same run that are done already: it goes on after them. */
  readonly before?: readonly RoundReport[]
  readonly onRound?: (report: RoundReport) => void
}

/** Thrown when a mutant is asked for that is not on the list. */
export class MutantUnknownError extends BehestError {
  readonly code = 'MUTANT_UNKNOWN'
  readonly retry = 'never'

  constructor(facts: { readonly name: string }) {
    super(
      `There is no mutant "${facts.name}". Use "all" or one of: ${mutants.map(({ name }) => name).join(', ')}.`,
      { facts },
    )
  }
}

/** A place to run rounds in: a server with `fsync` on, and the worker's program. */
async function withBench<Result>(
  work: (bench: {
    readonly server: EmbeddedPostgres
    readonly workerFile: string
  }) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'behest-chaos-'))
  // The database may run as another user than we do.
  chmodSync(folder, 0o711)
  try {
    const [server, workerFile] = await Promise.all([
      startPostgres({
        dataFolder: folder,
        idleStopSeconds: 5,
        settings: { max_connections: '200' },
      }),
      bundleWorker(folder),
    ])
    try {
      return await work({ server, workerFile })
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Runs rounds, each with a chain and a database of its own.
 *
 * @param options.rounds - At most so many.
 * @param options.seed - Decides what goes wrong; processes still race.
 * @returns What happened in all of them. A run without its coverage has failed.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosSummary> {
  const startedAtMs = Date.now()
  const reports: RoundReport[] = [...(options.before ?? [])]
  await withBench(async ({ server, workerFile }) => {
    for (let n = reports.length; n < options.rounds; n++) {
      const { stopAfterMs } = options
      if (stopAfterMs !== undefined && Date.now() - startedAtMs > stopAfterMs)
        break
      if (isEnough(reports, options.least)) break
      const report = await runRound({
        seed: `${options.seed}_${n}`,
        workerFile,
        server,
        plans: options.plans,
        chaosMs: options.chaosMs,
        weather: weathers[n % weathers.length] ?? 'usual',
        otherChain: n % 4 === 3 ? (options.otherChain ?? 'never') : 'never',
        databaseKills: options.databaseKills ?? 1,
        killsBefore: sumKillsAt(reports),
        ...(options.leastFaults === undefined
          ? {}
          : { leastFaults: options.leastFaults }),
        settleWithinMs: 60_000,
      })
      reports.push(report)
      options.onRound?.(report)
    }
  })
  return toSummary(options.seed, reports, options.least)
}

type Least = ChaosOptions['least']

const countAll = (
  reports: readonly RoundReport[],
  what: keyof NonNullable<Least>,
): number => reports.reduce((total, report) => total + report[what], 0)

/** Whether a run that was given an aim has reached it. */
function isEnough(reports: readonly RoundReport[], least: Least): boolean {
  return (
    least !== undefined &&
    (['faults', 'kills', 'reorgs'] as const).every(
      (what) => countAll(reports, what) >= least[what],
    )
  )
}

/**
 * Runs the outbox broken in one way, or in each way of the list, until the harness
 * notices.
 *
 * @param options.mutant - A name of the list, or `all`.
 */
export async function runMutants(options: {
  readonly mutant: string
  readonly seed: string
  readonly onReport?: (report: MutantReport) => void
}): Promise<readonly MutantReport[]> {
  const chosen =
    options.mutant === 'all'
      ? mutants
      : mutants.filter(({ name }) => name === options.mutant)
  if (chosen.length === 0)
    throw new MutantUnknownError({ name: options.mutant })
  return withBench(async (bench) => {
    const reports: MutantReport[] = []
    for (const mutant of chosen) {
      const report = await runMutant({ ...options, ...bench, mutant })
      reports.push(report)
      options.onReport?.(report)
    }
    return reports
  })
}

const mutantRounds = 4

async function runMutant(options: {
  readonly mutant: Mutant
  readonly seed: string
  readonly server: EmbeddedPostgres
  readonly workerFile: string
}): Promise<MutantReport> {
  const { mutant } = options
  const startedAtMs = Date.now()
  let by = ''
  let rounds = 0
  while (by === '' && rounds < mutantRounds) {
    const report = await runRound({
      seed: `${options.seed}_${mutant.name}_${rounds++}`,
      workerFile: options.workerFile,
      server: options.server,
      plans: 60,
      chaosMs: 20_000,
      weather: mutant.needs === 'storm' ? 'storm' : 'usual',
      otherChain: mutant.needs === 'other-chain' ? 'visits' : 'never',
      databaseKills: 0,
      killsBefore: {},
      // Long enough that being late is the mutant's doing and not the machine's.
      settleWithinMs: 120_000,
      mutant,
    })
    const first = report.violations[0]
    if (first !== undefined) by = `${first.invariant}: ${first.what}`
  }
  return {
    mutant: mutant.name,
    says: mutant.says,
    caught: by === '' ? 'no' : 'yes',
    by,
    rounds,
    seconds: Math.round((Date.now() - startedAtMs) / 1_000),
  }
}

function sumKillsAt(reports: readonly RoundReport[]): Record<string, number> {
  return Object.fromEntries(
    faultPoints.map((point) => [
      point,
      reports.reduce((sum, one) => sum + (one.killsAt[point] ?? 0), 0),
    ]),
  )
}

const toSorted = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)

function toSummary(
  seed: string,
  reports: readonly RoundReport[],
  least: Least,
): ChaosSummary {
  const sum = (read: (report: RoundReport) => number) =>
    reports.reduce((total, report) => total + read(report), 0)
  const killsAt = sumKillsAt(reports)
  const settled = toSorted(reports.map((one) => one.settledMs))
  const pickedUp = toSorted(reports.flatMap((one) => one.pickedUpMs ?? []))
  const violations = sum((report) => report.violations.length)
  const doubled = sum(({ doubled }) => doubled)
  const lost = sum(({ lost }) => lost)
  const takenBack = sum((report) => report.takenBack)
  const appliedAndLost = sum((report) => report.appliedAndLost)
  const missing = [
    ...faultPoints
      .filter((point) => killsAt[point] === 0)
      .map((point) => `a kill ${point}`),
    ...(takenBack === 0 ? ['a mined payment taken back'] : []),
    ...(appliedAndLost === 0 ? ['an answer lost after it was applied'] : []),
    ...(['faults', 'kills', 'reorgs'] as const).flatMap((what) => {
      const wanted = least?.[what] ?? 0
      const were = countAll(reports, what)
      return were < wanted ? [`${wanted} ${what}: there were ${were}`] : []
    }),
  ]
  const isGood =
    violations + doubled + lost + missing.length === 0 && reports.length > 0
  return {
    type: isGood ? 'passed' : 'failed',
    seed,
    rounds: reports.length,
    seconds: Math.round(sum(({ tookMs }) => tookMs) / 1_000),
    legs: sum(({ legs }) => legs),
    faults: sum(({ faults }) => faults),
    kills: sum(({ kills }) => kills),
    killsAt,
    reorgs: sum(({ reorgs }) => reorgs),
    takenBack,
    appliedAndLost,
    dropped: sum(({ dropped }) => dropped),
    feeJumps: sum(({ feeJumps }) => feeJumps),
    databaseKills: sum(({ databaseKills }) => databaseKills),
    doubled,
    lost,
    violations,
    inTime: reports.filter(
      ({ settledMs, pickedUpMs = 0 }) =>
        settledMs <= 15_000 && pickedUpMs <= 5_000,
    ).length,
    loadPerProcessor: Math.max(
      0,
      ...reports.map(({ load, processors }) => load / processors),
    ),
    settledMs: {
      p50: settled[Math.floor(settled.length / 2)] ?? 0,
      max: settled.at(-1) ?? 0,
    },
    pickedUpMs: {
      p50: pickedUp[Math.floor(pickedUp.length / 2)] ?? 0,
      max: pickedUp.at(-1) ?? 0,
    },
    missing,
  }
}
