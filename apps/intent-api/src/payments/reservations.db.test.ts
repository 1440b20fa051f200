import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReservationStore, reservationSchema } from '@behest/journal'
import { createTestDatabase, type TestDatabase } from '@behest/journal/testing'
import {
  createFileReservations,
  createPaymentReservations,
  type PaymentReservations,
  type Reservation,
} from '@behest/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const busyMs = 60_000
const answer = {
  status: 200,
  contentType: 'application/json',
  body: new Uint8Array([0, 1, 255, 128]),
}
let database: TestDatabase
const folder = mkdtempSync(join(tmpdir(), 'behest-reservations-'))

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [reservationSchema] })
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const build = (changes: Partial<Reservation> = {}): Reservation => ({
  key: `eip155:1/0xaa/0xbb/${randomUUID()}`,
  signature: '0xabcd',
  requestHash: `0x${'12'.repeat(32)}`,
  state: 'working',
  ...changes,
})

// Two of each: what two processes of a seller have. Memory has but itself.
const stores: readonly (readonly [string, () => PaymentReservations[]])[] = [
  [
    'memory',
    () => {
      const one = createPaymentReservations()
      return [one, one]
    },
  ],
  [
    'files',
    () => [
      createFileReservations({ folder }),
      createFileReservations({ folder }),
    ],
  ],
  [
    'database',
    () => [
      createReservationStore({ pool: database.pool }),
      createReservationStore({ pool: database.pool }),
    ],
  ],
]

describe.each(stores)('reservations: %s', (_name, open) => {
  const pair = (): readonly [PaymentReservations, PaymentReservations] => {
    const [one, other] = open()
    if (!one || !other) throw new RangeError('two are opened')
    return [one, other]
  }

  test('default: everything that is kept comes back to the other, to the byte', async () => {
    const [one, other] = pair()
    const first = build({ identifier: `payer/${randomUUID()}` })
    const reserved = await one.reserve({ reservation: first, busyMs })
    if (reserved.type !== 'reserved') throw new RangeError('it was free')
    expect(await other.find(first.key)).toEqual({
      ...first,
      turn: reserved.turn,
      isBusy: true,
    })
    const paid: Reservation = {
      ...first,
      state: 'answered',
      answer,
      settlement: 'eyJ9',
    }
    const turn = await one.move({
      turn: reserved.turn,
      reservation: paid,
      busyMs: 0,
    })
    const found = await other.find(first.key)
    expect(found).toMatchObject({
      state: 'answered',
      settlement: 'eyJ9',
      turn,
      isBusy: false,
      answer: { status: 200, contentType: 'application/json' },
    })
    expect([...(found?.answer?.body ?? [])]).toEqual([...answer.body])
    expect(await other.find('nobody')).toBeNull()
  })

  test('behavior: of twenty at once one has it, and the others see whose it is', async () => {
    const [one, other] = pair()
    const reservation = build()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : other).reserve({ reservation, busyMs }),
      ),
    )
    expect(results.filter(({ type }) => type === 'reserved')).toHaveLength(1)
    for (const result of results)
      if (result.type === 'held')
        expect(result.held).toMatchObject({
          key: reservation.key,
          isBusy: true,
        })
  })

  test('behavior: of two nonces for one call one has it', async () => {
    const [one, other] = pair()
    const identifier = `payer/${randomUUID()}`
    const both = [build({ identifier }), build({ identifier })] as const
    const results = await Promise.all([
      one.reserve({ reservation: both[0], busyMs }),
      other.reserve({ reservation: both[1], busyMs }),
    ])
    expect(results.map(({ type }) => type).sort()).toEqual(['held', 'reserved'])
    const winner = both[results[0].type === 'reserved' ? 0 : 1]
    const loser = both[results[0].type === 'reserved' ? 1 : 0]
    expect(results.find(({ type }) => type === 'held')).toMatchObject({
      held: { key: winner.key },
    })
    // Its own nonce is free again, for another call.
    expect(
      await one.reserve({
        reservation: build({ key: loser.key, identifier: randomUUID() }),
        busyMs,
      }),
    ).toMatchObject({ type: 'reserved' })
  })

  test('behavior: who was too slow changes nothing, and of ten one goes on', async () => {
    const [one, other] = pair()
    const reservation = build()
    const reserved = await one.reserve({ reservation, busyMs: 1 })
    if (reserved.type !== 'reserved') throw new RangeError('it was free')
    const { turn } = reserved
    await sleep(20)
    expect(await other.find(reservation.key)).toMatchObject({ isBusy: false })
    const moved = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? one : other).move({
          turn,
          reservation: { ...reservation, state: 'unsettled', answer },
          busyMs,
        }),
      ),
    )
    expect(moved.filter((next) => next !== null)).toHaveLength(1)
    await one.release({ key: reservation.key, turn })
    expect(await other.find(reservation.key)).toMatchObject({
      state: 'unsettled',
      isBusy: true,
    })
    expect(await one.move({ turn, reservation, busyMs })).toBeNull()
  })

  test('behavior: what was released is free for anybody, once', async () => {
    const [one, other] = pair()
    const reservation = build({ identifier: `payer/${randomUUID()}` })
    const reserved = await one.reserve({ reservation, busyMs })
    if (reserved.type !== 'reserved') throw new RangeError('it was free')
    await one.release({ key: reservation.key, turn: reserved.turn })
    expect(await other.find(reservation.key)).toBeNull()
    const again = await Promise.all(
      [one, other].map((store) => store.reserve({ reservation, busyMs })),
    )
    expect(again.filter(({ type }) => type === 'reserved')).toHaveLength(1)
  })
})
