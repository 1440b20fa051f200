import type { PostgresEvent } from '@behest/journal'
import { expect, test } from 'vitest'
import { sayDatabaseEvent } from './sayDatabaseEvent.js'

test.each<[PostgresEvent, string | null]>([
  [{ type: 'spawned', processId: 1 }, null],
  [{ type: 'attached', processId: 1 }, 'was running already, and is shared'],
  [{ type: 'lost' }, 'ended by itself, and is started again'],
  [
    { type: 'failed', error: new RangeError('no room') },
    'did not start (no room), and is tried again',
  ],
  [
    { type: 'relocated', from: '/a', to: '/b' },
    'lies in /b: its account cannot enter /a',
  ],
])('%j', (event, said) => {
  expect(sayDatabaseEvent(event)).toBe(said)
})
