import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Bot } from 'grammy'
import type { Update } from 'grammy/types'
import * as z from 'zod'

const maxBodyBytes = 1024 * 1024
const updateSchema = z.looseObject({ update_id: z.int() })

/** A server that Telegram brings what was said to. */
export type WebhookServer = {
  readonly port: number
  readonly close: () => Promise<void>
}

/**
 * Serves the webhook at every path. Only who shows the secret is read: anybody
 * can find the address.
 *
 * @param options.secret - What Telegram was told to show.
 * @param options.onError - Told of what handling an update threw.
 */
export async function serveWebhook(options: {
  readonly bot: Bot
  readonly secret: string
  readonly host: string
  readonly port: number
  readonly onError: (error: unknown) => void
}): Promise<WebhookServer> {
  const { bot, secret, host, port, onError } = options
  const server: Server = createServer(
    {
      headersTimeout: 5000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 2000, // Node looks every 30 s otherwise
    },
    (request, response) => {
      const end = (status: number): void => {
        response.writeHead(status).end()
      }
      const shown = request.headers['x-telegram-bot-api-secret-token']
      if (request.method !== 'POST') return end(405)
      if (typeof shown !== 'string' || !isSame(shown, secret)) return end(401)
      let size = 0
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= maxBodyBytes) chunks.push(chunk)
        else {
          end(413)
          request.destroy()
        }
      })
      request.on('error', onError)
      request.on('end', () => {
        if (response.writableEnded) return
        const update = readUpdate(Buffer.concat(chunks).toString('utf8'))
        if (update === null) return end(400)
        bot
          .handleUpdate(update)
          .catch(onError)
          .finally(() => end(200))
      })
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function readUpdate(text: string): Update | null {
  try {
    const parsed = updateSchema.safeParse(JSON.parse(text))
    // Telegram showed its secret: the rest is as its types say.
    return parsed.success ? (parsed.data as unknown as Update) : null
  } catch {
    return null // no JSON, so no update
  }
}

/** Compares without telling how much was right. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}
