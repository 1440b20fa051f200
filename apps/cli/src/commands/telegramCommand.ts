import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toChatLinkMessage } from '@behest/client'
import { unlockKeystore } from '@behest/evm'
import { exitCodes, UsageError } from '../exitCodes.js'
import {
  createStackClient,
  readOperatorToken,
} from '../stack/createStackClient.js'
import {
  readStackConfig,
  repositoryRoot,
  type StackConfig,
} from '../stack/stackConfig.js'
import { ensurePasswordFile } from '../stack/startStack.js'

/**
 * `behest telegram`: the bot beside a stack that runs elsewhere.
 * `behest telegram link|unlink <chat>`: which chat may speak for the account.
 */
export async function telegramCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const config = readStackConfig(process.env)
  const [action, chat, ...rest] = commandArguments
  if (action === undefined) return runBot(config)
  if (
    (action !== 'link' && action !== 'unlink') ||
    chat === undefined ||
    !/^\d{1,20}$/.test(chat) ||
    rest.length > 0
  )
    throw new UsageError(
      'Give the number that the bot told: behest telegram link 123456 (or unlink).',
    )
  const client = createStackClient(config)
  const id = `telegram:${chat}`
  if (action === 'unlink') {
    await client.chats.unlink(id)
    console.log(`${id} speaks for nobody any more.`)
    return exitCodes.done
  }
  const { chainId } = await client.accounts()
  const holder = await unlockKeystore({
    path: join(config.dataFolder, 'keys', 'account.json'),
    password: readFileSync(
      ensurePasswordFile(config.dataFolder),
      'utf8',
    ).trim(),
    chainId,
  })
  const issuedAt = new Date().toISOString()
  const account = holder.address
  await client.chats.link({
    id,
    account,
    issuedAt,
    signature: await holder.signMessage({
      message: toChatLinkMessage({ id, account, chainId, issuedAt }),
    }),
  })
  console.log(`${id} speaks for ${account} now.`)
  return exitCodes.done
}

function runBot(config: StackConfig): Promise<number> {
  const token = readOperatorToken(config)
  const child = spawn(
    process.execPath,
    [join(repositoryRoot, 'apps/telegram/dist/main.js')],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        BEHEST_DATA: config.dataFolder,
        BEHEST_INTENT_URL: process.env.BEHEST_INTENT_URL ?? config.intentUrl,
        BEHEST_REGISTRY_URL: config.registryUrl,
        ...(token === undefined ? {} : { BEHEST_INTENT_OPERATOR_TOKEN: token }),
      },
    },
  )
  // The terminal tells both of us; the bot ends in order, and we after it.
  const wait = (): void => undefined
  process.on('SIGINT', wait)
  process.once('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? exitCodes.failed))
  })
}
