/**
 * One file because it is one chat: the real bot, by grammY, against a Bot API
 * server of ours, over the whole stack as it is started.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createIntentClient, type IntentClient } from '@behest/client'
import {
  type ScriptedTelegram,
  startScriptedTelegram,
  type TelegramMessage,
} from '@behest/testing'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { telegramCommand } from '../commands/telegramCommand.js'
import { readStackConfig, repositoryRoot } from './stackConfig.js'
import { type Stack, startStack } from './startStack.js'
import { takePlace } from './takePlace.js'

const holder = 4711
const stranger = 666
const ownVariables = [
  'BEHEST_TELEGRAM_TOKEN',
  'BEHEST_TELEGRAM_API_ROOT',
  'BEHEST_DATA',
  'BEHEST_INTENT_PORT',
]

let telegram: ScriptedTelegram
let stack: Stack
let client: IntentClient
let folder: string

beforeAll(async () => {
  const place = await takePlace('telegram')
  folder = place.folder
  telegram = await startScriptedTelegram()
  // As an operator sets it: the processes of the stack read it.
  process.env.BEHEST_TELEGRAM_TOKEN = telegram.token
  process.env.BEHEST_TELEGRAM_API_ROOT = telegram.apiRoot
  process.env.BEHEST_DATA = folder
  process.env.BEHEST_INTENT_PORT = place.environment.BEHEST_INTENT_PORT
  stack = await startStack({
    config: readStackConfig(place.environment),
    onProgress: () => undefined,
  })
  client = createIntentClient({ baseUrl: stack.config.intentUrl })
}, 120_000)

afterAll(async () => {
  await stack?.stop()
  await telegram?.close()
  for (const variable of ownVariables) delete process.env[variable]
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

/** The newest message of the bot after one of the user's that fits. */
function answerTo(
  messageId: number,
  fits: (message: TelegramMessage) => boolean,
): Promise<TelegramMessage> {
  return telegram.until(holder, (messages) =>
    messages.findLast(
      (message) =>
        message.from === 'bot' &&
        message.messageId > messageId &&
        fits(message),
    ),
  )
}

const hasButton = (text: string) => (message: TelegramMessage) =>
  message.buttons.some((button) => button.text.startsWith(text))
const shows = (text: string) => (message: TelegramMessage) =>
  message.html.includes(text)

function press(message: TelegramMessage, text: string, userId = holder): void {
  const button = message.buttons.find((each) => each.text.startsWith(text))
  telegram.press({
    userId,
    chatId: holder,
    messageId: message.messageId,
    data: button?.callback_data ?? '',
  })
}

const say = (text: string): number => telegram.say({ userId: holder, text })

async function untilToast(part: string): Promise<void> {
  await telegram.until(holder, () =>
    telegram.toasts.some((toast) => toast.includes(part)) ? true : undefined,
  )
}

/** Says lines to `behest chat` through a pipe; gives what it said. */
function converse(lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(repositoryRoot, 'apps/cli/dist/main.js'), 'chat'],
      { env: process.env, stdio: ['pipe', 'pipe', 'inherit'] },
    )
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
    child.once('error', reject)
    child.once('exit', () => resolve(said))
    child.stdin.end(`${lines.join('\n')}\n`)
  })
}

describe('the Telegram bot', () => {
  test('law: a stranger learns nothing and can do nothing', async () => {
    const { accounts } = await client.accounts()
    for (const text of ['/start', 'swap 1 ETH for USDC', '/history', '/help']) {
      telegram.say({ userId: stranger, text })
    }
    await telegram.until(stranger, (messages) =>
      messages.filter(({ from }) => from === 'bot').length >= 4
        ? true
        : undefined,
    )
    const said = telegram
      .messages(stranger)
      .map(({ html }) => html)
      .join('\n')
    expect(said).toContain('speaks for no account')
    expect(said.toLowerCase()).not.toContain(
      accounts[0]?.address.toLowerCase() ?? 'x',
    )
    expect((await client.list()).intents).toEqual([])
  })

  test('law: only the holder’s signature links a chat', async () => {
    const { accounts } = await client.accounts()
    const [own] = accounts
    const thief = privateKeyToAccount(generatePrivateKey())
    const asked = telegram.say({
      userId: stranger,
      text: `/link ${own?.address}`,
    })
    const sheet = await telegram.until(stranger, (messages) =>
      messages.find(
        ({ messageId, html }) => messageId > asked && html.includes('Issued:'),
      ),
    )
    const issuedAt = /Issued: ([^<]+)</.exec(sheet.html)?.[1] ?? ''
    telegram.say({
      userId: stranger,
      text: `/link ${own?.address} ${issuedAt} ${await thief.signMessage({ message: 'anything' })}`,
    })
    await telegram.until(stranger, (messages) =>
      messages.find(({ html }) => html.includes('was not linked')),
    )
    expect(
      (await client.chats.get(`telegram:${stranger}`)).account,
    ).toBeUndefined()
    // The holder is whoever has the keystore and its password.
    expect(await telegramCommand(['link', String(holder)])).toBe(0)
    const help = say('/start')
    await answerTo(help, shows(own?.address ?? 'none'))
  })

  test('behavior: a full swap: question, options, card, approval, receipt', async () => {
    const first = say('swap ETH for USDC')
    const question = await answerTo(first, hasButton('All:'))
    expect(question.html).toContain('You hold')
    const answer = say('0.5')
    const card = await answerTo(answer, hasButton('Approve'))
    expect(card.html).toContain(
      'You give at most <code>0.5</code> <code>ETH</code>',
    )
    expect(card.edits).toBeGreaterThan(0)
    press(card, 'Approve')
    press(card, 'Approve') // a double tap
    const receipt = await answerTo(answer, shows('Receipt: MET'))
    expect(receipt.buttons).toEqual([])
    await untilToast('approved already')
    const { intents } = await client.list()
    expect(intents.filter(({ artifacts }) => artifacts.receipt)).toHaveLength(1)
  })

  test('behavior: a full loan, its amount chosen by a button', async () => {
    const first = say('lend USDC on Aave')
    const question = await answerTo(first, hasButton('A quarter:'))
    press(question, 'A quarter:')
    const card = await answerTo(first, hasButton('Approve'))
    expect(card.html).toContain('supplied at <code>aave</code>')
    press(card, 'Approve')
    await answerTo(first, shows('Receipt: MET'))
    // A button of a question that is over does nothing.
    press(question, 'A quarter:')
    await untilToast('question is over')
  })

  test('law: only the person whose chat it is presses its buttons', async () => {
    const first = say('do that again with 1 USDC')
    const card = await answerTo(first, hasButton('Approve'))
    expect(card.html).toContain('The same again as')
    press(card, 'Approve', stranger)
    await untilToast('not yours')
    // From a chat of their own, with the very same data.
    telegram.press({
      userId: stranger,
      chatId: stranger,
      messageId: card.messageId,
      data: card.buttons[0]?.callback_data ?? '',
    })
    await untilToast('speaks for no account')
    const { intents } = await client.list({ limit: 1 })
    expect(intents[0]?.status).toBe('needs-approval')
    const rejected = say('anything')
    await answerTo(rejected, shows('approved with its button alone'))
    press(card, 'Reject')
    await answerTo(rejected, shows('The plan was rejected'))
    press(card, 'Approve')
    await untilToast('That plan is over')
    expect((await client.get(intents[0]?.id ?? '')).status).toBe('rejected')
  })

  test('behavior: a plan that was replaced cannot be approved by its old button', async () => {
    const first = say('swap 0.1 ETH for DAI')
    const old = await answerTo(first, hasButton('Approve'))
    const change = say('make it 0.2')
    const fresh = await answerTo(change, hasButton('Approve'))
    expect(fresh.html).toContain('at most <code>0.2</code>')
    press(old, 'Approve')
    const again = await telegram.until(holder, (messages) =>
      messages.findLast(
        (message) =>
          message.messageId > fresh.messageId && hasButton('Approve')(message),
      ),
    )
    expect(again.buttons).toEqual(fresh.buttons)
    const ended = say('/cancel')
    await answerTo(ended, shows('Cancelled'))
  })

  test('behavior: a question on the side leaves what waits', async () => {
    const first = say('swap USDC for ETH')
    await answerTo(first, hasButton('All:'))
    const aside = say('how much do i have?')
    await answerTo(aside, shows('DAI'))
    await answerTo(aside, hasButton('All:'))
    const ended = say('never mind')
    await answerTo(ended, shows('Cancelled'))
  })

  test('behavior: awkward input is answered, and breaks no markup', async () => {
    for (const text of [
      '<b>swap</b> 1 ETH & "more" > less',
      'swap 1 <script>alert(1)</script> for USDC',
      `send 1 USDC to ${'x'.repeat(3000)}`,
      '/nonsense',
      '/agents lend',
      '/history',
      '💸💸💸',
      '…',
    ]) {
      const at = say(text)
      await answerTo(at, ({ html }) => html !== '' && !html.includes('At work'))
    }
    telegram.say({
      userId: holder,
      chatId: -100_123,
      chatType: 'group',
      text: '/start',
    })
    await telegram.until(-100_123, (messages) =>
      messages.find(({ html }) => html.includes('Only in a private chat')),
    )
    expect(telegram.refusals).toEqual([])
  })

  test('behavior: Telegram’s own troubles are waited out', async () => {
    const { length } = (await client.list({ limit: 100 })).intents
    telegram.addFault('sendMessage', { kind: 'too-many', retryAfterSeconds: 1 })
    telegram.addFault('sendMessage', { kind: 'error', status: 502 })
    telegram.addFault('editMessageText', { kind: 'reset' })
    const first = say('what is the price of ETH?')
    telegram.repeatLastUpdate()
    await answerTo(first, shows('3000'))
    expect((await client.list({ limit: 100 })).intents).toHaveLength(length + 1)
  })

  test('behavior: a bot that is killed goes on where it was', async () => {
    const first = say('swap 0.3 ETH for USDC')
    const card = await answerTo(first, shows('<code>0.3</code>'))
    process.kill(
      Number(readFileSync(join(folder, 'run', 'telegram.pid'), 'utf8')),
      'SIGKILL',
    )
    press(card, 'Approve')
    await answerTo(first, shows('Receipt: MET'))
    expect(telegram.refusals).toEqual([])
  })

  test('behavior: the same conversation goes on on the command line', async () => {
    const first = say('swap 0.1 ETH for USDC')
    await answerTo(first, shows('<code>0.1</code>'))
    const said = await converse([
      'make it 0.2',
      'yes',
      'do that again with 0.3 ETH',
      'how much do i have?',
      'no',
      'exit',
    ])
    expect(said).toContain('give at most 0.2 ETH')
    expect(said).toContain('MET')
    expect(said).toContain('The same again as')
    expect(said).toContain('give at most 0.3 ETH')
    const { intents } = await client.list({ limit: 3 })
    expect(intents.map(({ status }) => status)).toEqual([
      'done',
      'rejected',
      'done',
    ])
  })

  test('behavior: a debt is taken on and paid back', async () => {
    const taken = say('borrow 50 DAI against 1 ETH on Aave')
    const card = await answerTo(taken, hasButton('Approve'))
    expect(card.html).toContain('borrowed at <code>aave</code>')
    press(card, 'Approve')
    await answerTo(taken, shows('Receipt: MET'))
    const paid = say('repay 20 DAI on Aave')
    press(await answerTo(paid, hasButton('Approve')), 'Approve')
    await answerTo(paid, shows('Receipt: MET'))
  })

  test('behavior: a standing order is shown by its bounds, and stands by a button', async () => {
    const proposal = await answerTo(
      say('swap 25 USDC to ETH every friday'),
      hasButton('Approve'),
    )
    expect(proposal.html).toContain('Each run takes at most 25 USDC')
    press(proposal, 'Approve')
    const stands = await answerTo(proposal.messageId, shows('The order stands'))
    expect(stands.html).toContain('1300 USDC in all')
    const { orders } = await client.orders()
    for (const { id } of orders) await client.cancelOrder(id)
  })

  test('law: a chat that was unlinked can do nothing any more', async () => {
    const first = say('swap 0.4 ETH for USDC')
    const card = await answerTo(first, shows('<code>0.4</code>'))
    const ended = say('/unlink')
    await answerTo(ended, shows('speaks for nobody'))
    press(card, 'Approve')
    await untilToast('speaks for no account')
    const { intents } = await client.list({ limit: 1 })
    expect(intents[0]?.status).toBe('needs-approval')
  })
})
