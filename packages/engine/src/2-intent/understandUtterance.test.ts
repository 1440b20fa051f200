import type {
  Address,
  Intent,
  IntentStorePort,
  LanguagePort,
  ParseAnswer,
  StoredIntent,
  UtteranceArtifact,
} from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { hashArtifact, toWire } from '../hashArtifact.js'
import { WordsMismatchError } from './errors.js'
import { understandUtterance } from './understandUtterance.js'

const alice: Address = '0x00000000000000000000000000000000000000aa'
const mallory: Address = '0x00000000000000000000000000000000000000bb'
const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

const said = (text: string, account = alice): UtteranceArtifact => ({
  stage: 'utterance',
  text,
  account,
  chainId: 1,
  context,
  receivedAt: context.now,
})
const order = (utterance: string): Intent => ({
  version: 1,
  utterance,
  language: 'en',
  steps: [
    {
      id: 's1',
      action: 'repay',
      token: { symbol: 'DAI' },
      amount: { kind: 'exact', decimal: '5' },
      spans: { token: [8, 11], amount: [6, 7] },
    },
  ],
})

function stored(id: string, account: Address, utterance: string): StoredIntent {
  const artifact = {
    stage: 'intent',
    parentHash: `0x${'00'.repeat(32)}`,
    result: { type: 'intent', intent: order(utterance) },
    parser: 'embedded',
    notes: [],
  } as const
  return {
    id,
    account,
    chainId: 1,
    utterance,
    stage: 'intent',
    status: 'done',
    version: 1,
    createdAt: context.now,
    updatedAt: context.now,
    artifacts: [
      {
        stage: 'intent',
        hash: hashArtifact({ ...artifact, notes: [] }),
        body: toWire({ ...artifact, notes: [] }),
      },
    ],
  }
}

/** A journal of these intents, the newest first; `new` is the one being read. */
function createStore(intents: readonly StoredIntent[]): IntentStorePort {
  const all = [stored('new', alice, 'again'), ...intents]
  return {
    list: async ({ account }: { account?: Address }) => ({
      intents: all.filter((intent) => intent.account === account),
    }),
    get: async (id: string) => all.find((intent) => intent.id === id) ?? null,
  } as unknown as IntentStorePort
}

/** A parser that answers this, whatever it is asked; it looks at the past first. */
const answers = (answer: Partial<ParseAnswer>, seen: string[] = []) =>
  ({
    parse: async ({ readPast }) => {
      for (const { id } of (await readPast?.()) ?? []) seen.push(id)
      return { parser: 'model', notes: [], ...answer } as ParseAnswer
    },
  }) as LanguagePort

const read = (options: {
  readonly language: LanguagePort
  readonly intents?: readonly StoredIntent[]
  readonly utterance?: UtteranceArtifact
}) => {
  const body = options.utterance ?? said('again')
  return understandUtterance({
    intentId: 'new',
    utterance: { body, hash: hashArtifact(body) },
    language: options.language,
    store: createStore(options.intents ?? []),
  })
}

describe('understandUtterance', () => {
  const before = stored('old', alice, 'repay 5 dai')
  const follows = { type: 'repeat', intentId: 'old', cannot: [] } as const

  test('default: whose words an argument stands in is kept', async () => {
    const artifact = await read({
      intents: [before],
      language: answers({
        result: { type: 'intent', intent: order('repay 5 dai\nagain') },
        follows,
      }),
    })
    expect(artifact.follows).toEqual({
      type: 'repeat',
      intentId: 'old',
      intentHash: before.artifacts[0]?.hash,
      words: [0, 'repay 5 dai'.length],
      says: 'The same again as “repay 5 dai” (intent old). From those words: 5, dai.',
      cannot: [],
    })
  })

  test.each<[string, string]>([
    ['words that nobody said', 'repay 5 dai'],
    ['other words before them', 'repay 9 dai\nagain'],
    ['other words after them', 'repay 5 dai\nagain and more'],
  ])('law: an intent never stands on %s', async (_, utterance) => {
    await expect(
      read({
        intents: [before],
        language: answers({
          result: { type: 'intent', intent: order(utterance) },
          follows,
        }),
      }),
    ).rejects.toThrow(WordsMismatchError)
  })

  test('law: nor on the words of another account, whoever names it', async () => {
    const theirs = stored('theirs', mallory, 'repay 5 dai')
    const seen: string[] = []
    const language = answers(
      {
        result: { type: 'intent', intent: order('repay 5 dai\nagain') },
        follows: { ...follows, intentId: 'theirs' },
      },
      seen,
    )
    await expect(
      read({
        intents: [theirs],
        language,
        utterance: { ...said('again'), previousIntentId: 'theirs' },
      }),
    ).rejects.toThrow(WordsMismatchError)
    expect(seen).toEqual([])
  })

  test('law: without a reference, only what was said now counts', async () => {
    const { notes } = await read({
      language: answers({
        result: { type: 'intent', intent: order('again') },
        notes: ['model-disagreed'],
      }),
    })
    expect(notes).toEqual(['model-disagreed'])
    await expect(
      read({
        language: answers({
          result: { type: 'intent', intent: order('repay 5 dai') },
        }),
      }),
    ).rejects.toThrow(WordsMismatchError)
  })

  test('behavior: what is before one’s eyes is where the past begins', async () => {
    const seen: string[] = []
    await read({
      intents: [
        stored('newer', alice, 'repay 7 dai'),
        before,
        stored('oldest', alice, 'repay 1 dai'),
      ],
      language: answers(
        {
          result: { type: 'none', reason: 'not-understood', message: 'no' },
        },
        seen,
      ),
      utterance: { ...said('again'), previousIntentId: 'old' },
    })
    expect(seen).toEqual(['old', 'oldest'])
  })
})
