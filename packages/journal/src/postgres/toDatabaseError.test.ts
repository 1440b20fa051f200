import { describe, expect, test } from 'vitest'
import { CursorMalformedError } from '../intents/errors.js'
import { toDatabaseError } from './toDatabaseError.js'

const fromServer = (code: string) =>
  Object.assign(new RangeError('said by the server'), {
    code,
    severity: 'ERROR',
  })
const fromNetwork = (code: string, syscall: string) =>
  Object.assign(new RangeError('said by the system'), { code, syscall })

describe('toDatabaseError', () => {
  test('default: what passes by itself may be asked again', () => {
    const reasons = [
      fromServer('53100'),
      fromServer('25006'),
      fromServer('53300'),
      fromServer('57014'),
      fromServer('57P03'),
      fromServer('08006'),
      fromNetwork('ECONNREFUSED', 'connect'),
      fromNetwork('ENOENT', 'connect'),
      new RangeError('Connection terminated unexpectedly'),
      new RangeError('timeout exceeded when trying to connect'),
    ].map((error) => toDatabaseError(error)?.facts)
    expect(reasons).toMatchInlineSnapshot(`
      [
        {
          "databaseCode": "53100",
          "reason": "its disk is full",
        },
        {
          "databaseCode": "25006",
          "reason": "it takes no writes",
        },
        {
          "databaseCode": "53300",
          "reason": "it has no room left",
        },
        {
          "databaseCode": "57014",
          "reason": "it is too busy",
        },
        {
          "databaseCode": "57P03",
          "reason": "it stopped, or starts again",
        },
        {
          "databaseCode": "08006",
          "reason": "it stopped, or starts again",
        },
        {
          "databaseCode": "ECONNREFUSED",
          "reason": "it does not answer",
        },
        {
          "databaseCode": "ENOENT",
          "reason": "it does not answer",
        },
        {
          "databaseCode": "CONNECTION",
          "reason": "it does not answer",
        },
        {
          "databaseCode": "CONNECTION",
          "reason": "it does not answer",
        },
      ]
    `)
    expect(toDatabaseError(fromServer('53100'))).toMatchObject({
      code: 'DATABASE_AWAY',
      retry: 'same-input',
    })
  })

  test('behavior: everything else stays what it is', () => {
    for (const error of [
      fromServer('23505'),
      fromServer('42601'),
      fromServer('XX000'),
      fromNetwork('ENOENT', 'open'),
      Object.assign(new RangeError('no'), { code: '53100' }),
      new RangeError('Connection was lost in thought'),
      new CursorMalformedError(),
      'a text',
      undefined,
    ])
      expect(toDatabaseError(error)).toBeUndefined()
  })
})
