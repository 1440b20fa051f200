import type { Request, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { assertOwnHost, HostRefusedError } from './assertOwnHost.js'

function ask(serverUrl: string, host: string | undefined): boolean {
  let passed = false
  assertOwnHost({ serverUrl })(
    { headers: { host } } as Request,
    {} as Response,
    () => {
      passed = true
    },
  )
  return passed
}

describe('assertOwnHost', () => {
  test('default', () => {
    for (const host of [
      '127.0.0.1:4000',
      'localhost:1',
      'LOCALHOST',
      '[::1]:9',
    ])
      expect(ask('http://127.0.0.1:4000', host)).toBe(true)
  })

  test('behavior: a server for others is asked by whatever name they use', () => {
    expect(ask('http://0.0.0.0:4000', 'behest.example')).toBe(true)
  })

  test('error: HostRefusedError for a name that was led here', () => {
    for (const host of [
      'evil.example:4000',
      '127.0.0.1.evil.example',
      'localhost.evil.example:4000',
      '169.254.169.254',
      undefined,
    ])
      expect(() => ask('http://127.0.0.1:4000', host)).toThrow(HostRefusedError)
  })
})
