import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  createGuardedFetch,
  FetchFailedError,
  FetchRedirectedError,
  FetchRefusedError,
  FetchTimeoutError,
  type ResolvedAddress,
} from './createGuardedFetch.js'
import { isPublicAddress } from './isPublicAddress.js'
import { FetchTooLargeError } from './readBoundedBody.js'

const closers: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closers) await close()
})

/** A server on loopback that counts who reaches it. */
async function startCanary(listener: RequestListener) {
  let connections = 0
  const server = createServer(listener)
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, host: `127.0.0.1:${port}`, connections: () => connections }
}
function create(options: Parameters<typeof createGuardedFetch>[0]) {
  const guarded = createGuardedFetch(options)
  closers.push(guarded.close)
  return guarded
}
const answer =
  (text: string): RequestListener =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(text)
  }

describe('createGuardedFetch', () => {
  test('default: a listed loopback host answers', async () => {
    const { host } = await startCanary(answer('{"a":1}'))
    const guarded = create({ allowedLoopbackHosts: [host] })
    const response = await guarded(`http://${host}/`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ a: 1 })
  })

  test('behavior: connections are kept and used again', async () => {
    const { host, connections } = await startCanary(answer('{}'))
    const guarded = create({ allowedLoopbackHosts: ['127.0.0.1:*'] })
    for (let index = 0; index < 20; index += 1) await guarded(`http://${host}/`)
    // Two where the second request starts as the first one is put away.
    expect(connections()).toBeLessThanOrEqual(2)
  })

  test('behavior: sends method, headers and body, and nothing of ours', async () => {
    const { host } = await startCanary((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () =>
        response.end(
          JSON.stringify({
            method: request.method,
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        ),
      )
    })
    const guarded = create({ allowedLoopbackHosts: [host] })
    const seen = (await (
      await guarded(`http://${host}/`, {
        method: 'POST',
        headers: { 'x-test': '1' },
        body: 'hello',
      })
    ).json()) as { method: string; body: string; headers: object }
    expect(seen).toMatchObject({ method: 'POST', body: 'hello' })
    expect(seen.headers).toMatchObject({ 'x-test': '1' })
    expect(seen.headers).not.toHaveProperty('cookie')
    expect(seen.headers).not.toHaveProperty('authorization')
  })

  // Every way that we know to write "this machine" or "the next one".
  const literals = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0',
    '0.0.0.0',
    '①②⑦.0.0.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fc00::1]',
    '[fe80::1]',
    '[ff02::1]',
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '93.184.216.34',
  ]
  test.each(literals)(
    'error: FetchRefusedError for the literal %s',
    async (host) => {
      const guarded = create({})
      await expect(guarded(`https://${host}:8443/`)).rejects.toBeInstanceOf(
        FetchRefusedError,
      )
      await expect(guarded(`http://${host}/`)).rejects.toBeInstanceOf(
        FetchRefusedError,
      )
    },
  )

  test.each([
    'http://agents.example/',
    'ftp://agents.example/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'https://user:word@agents.example/',
    'https://agents.example:22/',
    'https://agents.example:80/',
    'no address',
    '',
  ])('error: FetchRefusedError for %s', async (url) => {
    await expect(create({})(url)).rejects.toBeInstanceOf(FetchRefusedError)
  })

  test('error: FetchRefusedError for http at a port that https may have', async () => {
    await expect(create({})('http://agents.example:8443/')).rejects.toThrow(
      'only https is asked',
    )
  })

  test('behavior: a refusal repeats no password', async () => {
    const error = await create({})('https://user:word@agents.example/').catch(
      (thrown) => thrown,
    )
    expect(error.message).toContain('https://agents.example')
    expect(error.message).not.toContain('word')
  })

  test.each<[string, readonly string[]]>([
    ['private', ['10.1.2.3']],
    ['public and private', ['93.184.216.34', '127.0.0.1']],
    ['nothing', []],
    ['translated', ['64:ff9b::7f00:1']],
  ])(
    'error: FetchRefusedError for a name that resolves to %s',
    async (_name, addresses) => {
      const { port, connections } = await startCanary(answer('{}'))
      const guarded = create({
        resolve: async () =>
          addresses.map((address) => ({
            address,
            family: address.includes(':') ? 6 : 4,
          })),
      })
      await expect(
        guarded(`https://agents.example:${port}/`),
      ).rejects.toBeInstanceOf(FetchRefusedError)
      expect(connections()).toBe(0)
    },
  )

  test('error: FetchRefusedError for localhost by name', async () => {
    const { port, connections } = await startCanary(answer('{}'))
    await expect(
      create({})(`https://localhost:${port}/`),
    ).rejects.toBeInstanceOf(FetchRefusedError)
    expect(connections()).toBe(0)
  })

  test('error: FetchRefusedError when a listed loopback name points elsewhere', async () => {
    const guarded = create({
      allowedLoopbackHosts: ['localhost:4201'],
      resolve: async () => [{ address: '93.184.216.34', family: 4 }],
    })
    await expect(guarded('http://localhost:4201/')).rejects.toBeInstanceOf(
      FetchRefusedError,
    )
  })

  test('behavior: every connection looks its name up and checks it again', async () => {
    const { port, connections } = await startCanary(answer('{}'))
    let asked = 0
    const changing = async (): Promise<readonly ResolvedAddress[]> => {
      asked += 1
      return [{ address: asked === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }]
    }
    const guarded = create({ resolve: changing })
    for (let index = 0; index < 3; index += 1)
      await expect(
        guarded(`https://agents.example:${port}/`),
      ).rejects.toBeInstanceOf(FetchRefusedError)
    expect(asked).toBe(3)
    expect(connections()).toBe(0)
  })

  test('error: FetchRedirectedError, and nobody follows', async () => {
    const target = await startCanary(answer('secret'))
    const { host } = await startCanary((_request, response) => {
      response.writeHead(302, { location: `http://${target.host}/` }).end()
    })
    const guarded = create({ allowedLoopbackHosts: [host] })
    await expect(guarded(`http://${host}/`)).rejects.toBeInstanceOf(
      FetchRedirectedError,
    )
    expect(target.connections()).toBe(0)
  })

  test.each<[string, RequestListener]>([
    ['a long body', answer('x'.repeat(1_001))],
    [
      'a gzip bomb',
      (_request, response) => {
        response.setHeader('content-encoding', 'gzip')
        response.end(gzipSync(Buffer.alloc(50_000_000)))
      },
    ],
    [
      'a body without end',
      (_request, response) => {
        const timer = setInterval(() => response.write('x'.repeat(500)), 1)
        response.on('close', () => clearInterval(timer))
      },
    ],
  ])('error: FetchTooLargeError for %s', async (_name, listener) => {
    const { host } = await startCanary(listener)
    const guarded = create({ allowedLoopbackHosts: [host], maxBytes: 1_000 })
    await expect(guarded(`http://${host}/`)).rejects.toBeInstanceOf(
      FetchTooLargeError,
    )
  })

  test('behavior: a body of exactly the limit is read', async () => {
    const { host } = await startCanary(answer('x'.repeat(1_000)))
    const guarded = create({ allowedLoopbackHosts: [host], maxBytes: 1_000 })
    expect(await (await guarded(`http://${host}/`)).text()).toHaveLength(1_000)
  })

  test.each<[string, RequestListener]>([
    ['nothing comes', () => {}],
    [
      'the headers come and no body',
      (_request, response) => {
        response.writeHead(200).write('{')
      },
    ],
    [
      'a byte drips now and then',
      (_request, response) => {
        const timer = setInterval(() => response.write(' '), 10)
        response.on('close', () => clearInterval(timer))
      },
    ],
  ])('error: FetchTimeoutError when %s', async (_name, listener) => {
    const { host } = await startCanary(listener)
    const guarded = create({ allowedLoopbackHosts: [host], timeoutMs: 80 })
    await expect(guarded(`http://${host}/`)).rejects.toBeInstanceOf(
      FetchTimeoutError,
    )
  })

  test('behavior: the caller’s signal ends it with the caller’s reason', async () => {
    const { host } = await startCanary(() => {})
    const guarded = create({ allowedLoopbackHosts: [host] })
    const reason = new FetchFailedError({ url: 'x' }, undefined)
    const controller = new AbortController()
    const pending = guarded(`http://${host}/`, { signal: controller.signal })
    controller.abort(reason)
    await expect(pending).rejects.toBe(reason)
  })

  test('error: FetchFailedError for nobody there, and for no HTTP', async () => {
    const noise = createSocketServer((socket) => {
      socket.on('error', () => {})
      socket.end('SSH-2.0-noise\r\n')
    })
    await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve))
    closers.push(() => noise.close())
    const guarded = create({ allowedLoopbackHosts: ['127.0.0.1:*'] })
    const { port } = noise.address() as AddressInfo
    await expect(guarded(`http://127.0.0.1:${port}/`)).rejects.toBeInstanceOf(
      FetchFailedError,
    )
    await expect(guarded('http://127.0.0.1:1/')).rejects.toBeInstanceOf(
      FetchFailedError,
    )
  })
})

describe('isPublicAddress', () => {
  test('behavior: no IPv4 outside the public ranges passes, in any of its IPv6 forms', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 10, 127, 224, 240, 255),
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
        (first, rest) => {
          const bytes = [first, ...rest]
          const v4 = bytes.join('.')
          const [a = 0, b = 0, c = 0, d = 0] = bytes
          const hex = [a * 256 + b, c * 256 + d]
            .map((word) => word.toString(16))
            .join(':')
          for (const form of [
            v4,
            `::ffff:${v4}`,
            `::${hex}`,
            `64:ff9b::${hex}`,
            `2002:${hex}::`,
          ])
            expect(isPublicAddress(form), form).toBe(false)
        },
      ),
    )
  })

  test.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111'])(
    'behavior: %s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  test.each(['', 'localhost', '1.2.3', '127.1'])(
    'behavior: %s is no public address',
    (text) => expect(isPublicAddress(text)).toBe(false),
  )
})
