import { destination, type Logger, pino } from 'pino'
import { redactLine } from './redactLine.js'

export type { Logger } from 'pino'

/**
 * Creates the log of a process: a JSON line each on stderr, since stdout holds the
 * ready line and nothing else. Every line passes `redactLine` last, so that nothing
 * gets around it.
 *
 * @param options.server - Name of the server in each line, beside its process id.
 * @param options.level - Lowest level that is written, e.g. `info`.
 * @param options.secrets - Values that must never appear, e.g. the database's URL.
 * @param options.write - Where lines go; stderr if absent.
 */
export function createLogger(options: {
  readonly server: string
  readonly level: string
  readonly secrets?: readonly (string | undefined)[]
  readonly write?: (line: string) => void
}): Logger {
  const { server, level, write } = options
  const secrets = (options.secrets ?? []).filter(
    (secret): secret is string => secret !== undefined && secret.length >= 6,
  )
  return pino(
    {
      level,
      base: { server, pid: process.pid },
      hooks: { streamWrite: (line) => redactLine(line, secrets) },
    },
    write === undefined ? destination({ dest: 2, sync: true }) : { write },
  )
}
