/**
 * One file because it is one table: what a chat says or presses, from where its
 * account's intents stand. All state is the API's; nothing is kept here.
 */
import {
  ApiProblemError,
  ApiUnreachableError,
  findWaiting,
  type IntentClient,
  type RegistryClient,
  sayNext,
  toChatLinkMessage,
} from '@behest/client'
import {
  type Address,
  addressSchema,
  getApprovalHash,
  type Hex,
  hexSchema,
  type IntentRecord,
  isSameAddress,
} from '@behest/spec'
import * as z from 'zod'
import type { ButtonMeaning } from './callbackData.js'
import type { Messenger } from './createMessenger.js'
import { bold, code, joinLines, safe } from './html.js'
import { type Card, markQuestion, sayCard } from './sayCard.js'

const editEveryMs = 1000
const followMs = 180_000
const restMs = 20_000
const lookBack = 5

/** What the chats of a bot do with intents. */
export type ChatDesk = {
  /** Somebody's own words. Ends when the intent rests, or goes on without. */
  readonly say: (options: {
    readonly chatId: number
    readonly messageId: number
    readonly text: string
  }) => Promise<void>
  readonly command: (options: {
    readonly chatId: number
    readonly name: string
    readonly words: string
  }) => Promise<void>
  readonly press: (options: {
    readonly chatId: number
    readonly messageId: number
    readonly queryId: string
    readonly meaning: ButtonMeaning | null
  }) => Promise<void>
  /** Takes up what was at work, and shows what ended, while nobody was here. */
  readonly resume: () => Promise<void>
}

/** What the desk reaches the world through. */
export type ChatDeskOptions = {
  readonly client: IntentClient
  readonly registry: Pick<RegistryClient, 'search'>
  readonly messenger: Messenger
  /** Who may speak for the server's first account without a signed link. */
  readonly trustedUsers: readonly number[]
  readonly signal: AbortSignal
  readonly now: () => Date
  readonly onError: (error: unknown) => void
}

/** Creates the desk. */
export function createChatDesk(options: ChatDeskOptions): ChatDesk {
  const { client, registry, messenger, trustedUsers, signal, now } = options
  const tell = (chatId: number, ...lines: readonly string[]) =>
    messenger.send(chatId, { html: joinLines(lines) })

  /** Whose money a chat may speak of; nobody's where no holder said so. */
  async function findAccount(chatId: number): Promise<Address | undefined> {
    const { accounts } = await client.accounts()
    const own = accounts.map(({ address }) => address)
    if (trustedUsers.includes(chatId)) return toAddress(own[0])
    const { account } = await client.chats.get(toChatName(chatId))
    const linked = own.find(
      (address) =>
        account != null && address.toLowerCase() === account.toLowerCase(),
    )
    return toAddress(linked)
  }

  async function admit(
    chatId: number,
    work: (account: Address) => Promise<void>,
    refuse: () => Promise<unknown> = () => tellStranger(chatId),
  ): Promise<void> {
    try {
      const account = await findAccount(chatId)
      if (account === undefined) await refuse()
      else await work(account)
    } catch (error) {
      await tellFailure(chatId, error)
    }
  }

  function tellStranger(chatId: number): Promise<number> {
    return tell(
      chatId,
      bold('This chat speaks for no account.'),
      '',
      'The holder of an account lets it speak, in one of two ways:',
      `· on the machine that runs Behest: ${code(`npm run behest -- telegram link ${chatId}`)}`,
      `· with a wallet: send ${code('/link 0xYourAccount')}, sign the text that comes, and send it back`,
      '',
      'Whoever writes in a chat that is linked can order and approve. Link only your own.',
    )
  }

  async function tellFailure(chatId: number, error: unknown): Promise<void> {
    if (signal.aborted) return
    if (error instanceof ApiProblemError)
      await tell(chatId, safe(error.problem.detail))
    else if (error instanceof ApiUnreachableError)
      await tell(
        chatId,
        'The server does not answer. What was asked for is kept; try again in a moment, and look at /history before you say it twice.',
      )
    else {
      options.onError(error)
      await tell(
        chatId,
        'Something failed that should not. It was recorded. Look at /history before you say it again.',
      )
    }
  }

  /**
   * Shows an intent in one message that changes with every stage, until it
   * rests. Longer than a moment is gone on with beside the chat.
   */
  async function follow(
    chatId: number,
    record: IntentRecord,
    after: (rested: IntentRecord) => Promise<Card> = async (rested) =>
      sayCard(rested),
  ): Promise<void> {
    const messageId = await messenger.send(chatId, {
      html: `${bold('At work')} …`,
    })
    const ended = (async () => {
      try {
        const rested = await watch(record, async (lines) =>
          messenger.edit(chatId, messageId, {
            html: joinLines([bold('At work'), ...lines]),
          }),
        )
        await messenger.edit(chatId, messageId, await after(rested))
        await client.chats.markShown(toChatName(chatId), rested.updatedAt)
      } catch (error) {
        await tellFailure(chatId, error)
      }
    })()
    let timer: NodeJS.Timeout | undefined
    await Promise.race([
      ended,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, restMs)
      }),
    ])
    clearTimeout(timer)
  }

  /** Follows an intent to where it rests; tells the stages since it was given. */
  async function watch(
    record: IntentRecord,
    onStage: (lines: readonly string[]) => Promise<void>,
  ): Promise<IntentRecord> {
    const since = Date.parse(record.updatedAt)
    const lines: string[] = []
    let shownMs = 0
    let isShowing = false
    const limit = AbortSignal.any([signal, AbortSignal.timeout(followMs)])
    try {
      for await (const event of client.events(record.id, { signal: limit })) {
        if (Date.parse(event.at) >= since) {
          lines.push(`· ${safe(event.message)}`)
          const nowMs = now().getTime()
          // Telegram takes about one change a second of one chat.
          if (nowMs - shownMs >= editEveryMs && !isShowing) {
            shownMs = nowMs
            isShowing = true
            await onStage(lines.slice(-8)).catch(options.onError)
            isShowing = false
          }
        }
        if (isAtWork(event.status)) continue
        const current = await client.get(record.id)
        if (!isAtWork(current.status)) return current
      }
    } catch (error) {
      if (!limit.aborted || signal.aborted) throw error
    }
    return client.get(record.id)
  }

  async function decide(
    chatId: number,
    messageId: number,
    queryId: string,
    record: IntentRecord,
    meaning: Extract<ButtonMeaning, { planHashStart: Hex }>,
  ): Promise<void> {
    const { status } = record
    const planHash = getApprovalHash(record)
    const isThis =
      planHash?.startsWith(meaning.planHashStart.slice(0, 62)) === true
    if (status !== 'needs-approval' || planHash === undefined || !isThis) {
      const isApproved =
        isThis && record.artifacts.approval?.decision === 'approve'
      await messenger.toast(
        queryId,
        isApproved
          ? 'It was approved already. Nothing is sent twice.'
          : 'That plan is over. Nothing was approved.',
      )
      if (!isApproved) await messenger.send(chatId, sayCard(record))
      return
    }
    try {
      const decided =
        meaning.type === 'approve'
          ? await client.approve(record.id, { planHash })
          : await client.reject(record.id, { planHash })
      await messenger.toast(
        queryId,
        meaning.type === 'approve' ? 'Approved.' : 'Rejected.',
      )
      // The buttons go, the plan stays to be read.
      await messenger.edit(chatId, messageId, {
        html: joinLines([
          sayCard(record).html,
          '',
          bold(meaning.type === 'approve' ? 'Approved.' : 'Rejected.'),
        ]),
      })
      if (isAtWork(decided.status)) await follow(chatId, decided)
      else await messenger.send(chatId, sayCard(decided))
    } catch (error) {
      if (!(error instanceof ApiProblemError)) throw error
      // Expired, changed or decided elsewhere: what is true now is shown.
      await messenger.toast(queryId, error.problem.detail)
      await follow(chatId, await client.get(record.id))
    }
  }

  async function choose(
    chatId: number,
    messageId: number,
    queryId: string,
    record: IntentRecord,
    meaning: Extract<ButtonMeaning, { type: 'option' }>,
  ): Promise<void> {
    const [question] = record.questions ?? []
    const option = question?.options?.[meaning.index]
    if (
      record.status !== 'needs-answer' ||
      !question ||
      !option ||
      markQuestion(question) !== meaning.questionMark
    ) {
      await messenger.toast(queryId, 'That question is over.')
      await messenger.send(chatId, sayCard(record))
      return
    }
    const answered = await client.answer(record.id, {
      answers: { [question.slot]: option.value },
    })
    await messenger.toast(queryId, '')
    await messenger.edit(chatId, messageId, {
      html: joinLines([bold(question.text), `→ ${safe(option.label)}`]),
    })
    await follow(chatId, answered)
  }

  async function link(chatId: number, words: string): Promise<void> {
    const [given = '', issuedAt, signature] = words.split(/\s+/)
    const account = addressSchema.safeParse(given)
    if (!account.success) {
      await tell(
        chatId,
        `Send ${code('/link 0xYourAccount')} to get the text to sign.`,
      )
      return
    }
    const id = toChatName(chatId)
    const { chainId } = await client.accounts()
    if (issuedAt === undefined || signature === undefined) {
      const at = now().toISOString()
      await tell(
        chatId,
        'Sign exactly this text with the account (personal_sign), within a quarter of an hour:',
        '',
        ...toChatLinkMessage({
          id,
          account: account.data,
          chainId,
          issuedAt: at,
        })
          .split('\n')
          .map((line) => code(line)),
        '',
        'Then send, on one line:',
        code(`/link ${account.data} ${at} 0xSignature`),
      )
      return
    }
    const parsed = z
      .object({ issuedAt: z.iso.datetime(), signature: hexSchema })
      .safeParse({ issuedAt, signature })
    if (!parsed.success) {
      await tell(chatId, 'That is no signature, or not the time of the text.')
      return
    }
    await client.chats.link({ id, account: account.data, ...parsed.data })
    await tell(
      chatId,
      `This chat speaks for ${code(account.data)} now. /unlink ends that.`,
    )
  }

  return {
    say: ({ chatId, messageId, text }) =>
      admit(chatId, async (account) => {
        const said = await sayNext({
          client,
          account,
          text,
          // The same message handed in twice is one order.
          idempotencyKey: `telegram:${chatId}:${messageId}`,
        })
        switch (said.type) {
          case 'started':
          case 'answered':
            if (isAtWork(said.record.status)) await follow(chatId, said.record)
            else await messenger.send(chatId, sayCard(said.record))
            return
          case 'not-understood':
            await messenger.send(
              chatId,
              sayCard(
                said.record,
                said.record.status === 'needs-approval'
                  ? 'That is no change of the plan. A plan is approved with its button alone.'
                  : 'That was not understood as an answer.',
              ),
            )
            return
          case 'aside': {
            await follow(chatId, said.record)
            const before = await client.get(said.waiting.id)
            if (isWaiting(before)) await messenger.send(chatId, sayCard(before))
            return
          }
          default:
            said satisfies never
        }
      }),

    command: async ({ chatId, name, words }) => {
      if (name === 'link') {
        await link(chatId, words).catch((error) => tellFailure(chatId, error))
        return
      }
      await admit(chatId, async (account) => {
        switch (name) {
          case 'start':
          case 'help':
            await tell(
              chatId,
              bold('Say what you want.'),
              'Agents compete to do it, and nothing happens that you did not approve.',
              '',
              code('swap 0.1 ETH for USDC'),
              code('lend 100 USDC where it earns most'),
              code('borrow 500 USDC against 1 ETH on Aave'),
              code('do that again with 2 ETH'),
              '',
              `This chat speaks for ${code(account)}.`,
              '/history shows what was asked for, /cancel ends what waits, /agents finds agents, /unlink lets this chat speak for nobody.',
            )
            return
          case 'history': {
            const { intents } = await client.list({ account, limit: 10 })
            await tell(
              chatId,
              ...(intents.length === 0
                ? ['Nothing was asked for yet.']
                : intents.map(
                    ({ utterance, status, artifacts }) =>
                      `· ${safe(utterance.replace(/\s+/g, ' ').slice(0, 120))}: ${safe(artifacts.receipt?.receipt.outcome ?? status)}`,
                  )),
            )
            return
          }
          case 'cancel': {
            const waiting = await findWaiting({ client, account })
            if (waiting)
              await messenger.send(
                chatId,
                sayCard(await client.cancel(waiting.id)),
              )
            else await tell(chatId, 'Nothing waits that could be cancelled.')
            return
          }
          case 'agents': {
            const { results } = await registry.search({
              limit: 8,
              ...(words === '' ? {} : { q: words.slice(0, 200) }),
            })
            await tell(
              chatId,
              ...(results.length === 0
                ? ['No agent fits.']
                : [
                    'What agents say of themselves is theirs.',
                    '',
                    ...results.map(
                      (agent) =>
                        `· ${code(agent.name)}, ${safe(agent.status)}: ${safe(agent.description.slice(0, 200))}`,
                    ),
                  ]),
            )
            return
          }
          case 'unlink':
            await client.chats.unlink(toChatName(chatId))
            await tell(
              chatId,
              trustedUsers.includes(chatId)
                ? 'This chat may speak by the setting BEHEST_TELEGRAM_USERS, and still does. Take it out there.'
                : 'This chat speaks for nobody any more.',
            )
            return
          default:
            await tell(
              chatId,
              'There is no such command. Say what you want in a sentence, or see /help.',
            )
        }
      })
    },

    press: ({ chatId, messageId, queryId, meaning }) =>
      admit(
        chatId,
        async (account) => {
          if (meaning === null) {
            await messenger.toast(queryId, 'That button means nothing here.')
            return
          }
          const record = await findOwn(client, meaning.intentId, account)
          if (record === undefined) {
            await messenger.toast(queryId, 'There is no such intent of yours.')
            return
          }
          if (meaning.type === 'option')
            await choose(chatId, messageId, queryId, record, meaning)
          else await decide(chatId, messageId, queryId, record, meaning)
        },
        () => messenger.toast(queryId, 'This chat speaks for no account.'),
      ),

    resume: async () => {
      const linked = await client.chats.list('telegram')
      for (const { id, shownAt } of linked) {
        const chatId = Number(id.split(':')[1])
        const account = await findAccount(chatId)
        if (account === undefined || shownAt == null) continue
        const { intents } = await client.list({ account, limit: lookBack })
        for (const record of intents.toReversed()) {
          if (isAtWork(record.status))
            void follow(chatId, record).catch(options.onError)
          else if (Date.parse(record.updatedAt) > Date.parse(shownAt)) {
            await messenger.send(
              chatId,
              sayCard(record, 'While nobody was here:'),
            )
            await client.chats.markShown(id, record.updatedAt)
          }
        }
      }
    },
  }
}

/** How the API calls a chat of Telegram. */
export function toChatName(chatId: number): string {
  return `telegram:${chatId}`
}

async function findOwn(
  client: IntentClient,
  intentId: string,
  account: Address,
): Promise<IntentRecord | undefined> {
  try {
    const record = await client.get(intentId)
    return isSameAddress(record.account, account) ? record : undefined
  } catch (error) {
    if (
      error instanceof ApiProblemError &&
      error.problem.code === 'INTENT_NOT_FOUND'
    )
      return undefined
    throw error
  }
}

function toAddress(given: string | undefined): Address | undefined {
  const parsed = addressSchema.safeParse(given)
  return parsed.success ? parsed.data : undefined
}

function isWaiting({ status }: IntentRecord): boolean {
  return status === 'needs-answer' || status === 'needs-approval'
}

function isAtWork(status: IntentRecord['status']): boolean {
  return status === 'running' || status === 'unknown'
}
