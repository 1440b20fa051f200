import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLogger } from './createLogger.js'
import { redactLine } from './redactLine.js'

const key = `0x${'ab'.repeat(32)}`
const phrase = 'test test test test test test test test test test test junk'

/** What a log of these fields writes. */
function write(fields: object, text = 'something', secrets: string[] = []) {
  const lines: string[] = []
  const logger = createLogger({
    server: 'test',
    level: 'info',
    secrets,
    write: (line) => void lines.push(line),
  })
  logger.info(fields, text)
  return lines.join('')
}

describe('redactLine', () => {
  test.each([
    ['a key', key],
    ['a key without its mark', key.slice(2)],
    ['a signature', `0x${'cd'.repeat(65)}`],
    ['a phrase', phrase],
    ['a token', 'Bearer abc.def-ghi'],
    ['a key of a model', 'sk-proj-abcdefghijklmnop'],
    ['a login', 'postgres://behest:hunter2@db.example/behest'],
    ['a key in an address', 'https://rpc.example/v2/aBcDeFgHiJkLmNoPqRsT'],
    ['a key in a query', 'https://rpc.example/?apikey=abc'],
  ])('behavior: %s is masked, wherever it stands', (_, secret) => {
    for (const line of [
      write({ error: `it said ${secret} and left` }),
      write({ deep: { deeper: [secret] } }),
      write({}, `text with ${secret}`),
      write({ [secret]: 1 }),
    ]) {
      expect(line).not.toContain(secret)
      expect(line).toContain('[masked]')
      expect(() => JSON.parse(line)).not.toThrow()
    }
  })

  test('behavior: fields of secrets say nothing', () => {
    const line = write({ password: 'a"b', token: 'x', passphrase: 'y z' })
    expect(JSON.parse(line)).toMatchObject({
      password: '[masked]',
      token: '[masked]',
      passphrase: '[masked]',
    })
  })

  test('behavior: values that were named are nowhere', () => {
    const line = write({ error: 'no, hunter22!' }, 'hunter22', ['hunter22'])
    expect(line).not.toContain('hunter22')
  })

  test('behavior: names of things stay', () => {
    const fields = {
      hash: key,
      legId: key,
      planHash: key,
      identity: `31337:${key}`,
      url: 'http://127.0.0.1:4000/v1/intents/0190e5c0-0000-7000-8000-000000000000',
      host: 'https://rpc.example/',
      account: `0x${'12'.repeat(20)}`,
    }
    expect(JSON.parse(write(fields))).toMatchObject(fields)
  })

  test('behavior: a line stays one of JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        expect(() =>
          JSON.parse(redactLine(JSON.stringify({ value, text }), [])),
        ).not.toThrow()
      }),
    )
  })
})
