import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { takePort } from './takePort.js'

test('behavior: no port twice, and none that the system hands out by itself', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, takePort))
  expect(new Set(ports).size).toBe(200)
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(20_000)
    expect(port).toBeLessThan(32_000)
  }
})

test('behavior: a server can listen on what it was given', async () => {
  const port = await takePort()
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  expect(server.address()).toMatchObject({ port })
  await new Promise((done) => server.close(done))
})
