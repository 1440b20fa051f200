import type { PostgresEvent } from '@behest/journal'

/**
 * Puts into words what happened to the embedded database, where whoever started
 * the stack should know of it.
 *
 * @returns `null` for what is as it should be.
 */
export function sayDatabaseEvent(event: PostgresEvent): string | null {
  switch (event.type) {
    case 'spawned':
      return null
    case 'attached':
      return 'was running already, and is shared'
    case 'lost':
      return 'ended by itself, and is started again'
    case 'failed':
      return `did not start (${event.error instanceof Error ? event.error.message : String(event.error)}), and is tried again`
    case 'relocated':
      return `lies in ${event.to}: its account cannot enter ${event.from}`
    default:
      return event satisfies never
  }
}
