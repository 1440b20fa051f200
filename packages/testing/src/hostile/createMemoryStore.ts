import type { IntentStorePort, Stage, StoredIntent } from '@behest/spec'
import { stages } from '@behest/spec'

/** A journal in memory: for cases that are thrown away, never for money. */
export function createMemoryStore(): IntentStorePort {
  const intents = new Map<string, StoredIntent>()
  const at = '2026-01-01T00:00:00.000Z'
  const change = (
    id: string,
    update: (intent: StoredIntent) => Partial<StoredIntent>,
  ): StoredIntent => {
    const intent = intents.get(id)
    if (!intent) throw new RangeError(`no intent ${id}`)
    const next = { ...intent, version: intent.version + 1, ...update(intent) }
    intents.set(id, next)
    return next
  }
  const order = (stage: Stage): number => stages.indexOf(stage)
  return {
    create: async ({ id, account, chainId, utterance, artifact }) => {
      const intent: StoredIntent = {
        id,
        account,
        chainId,
        utterance,
        stage: 'utterance',
        status: 'running',
        version: 1,
        createdAt: at,
        updatedAt: at,
        artifacts: [{ stage: 'utterance', ...artifact }],
      }
      intents.set(id, intent)
      return { intent, created: true }
    },
    get: async (id) => intents.get(id) ?? null,
    list: async () => ({ intents: [...intents.values()] }),
    append: async ({ intentId, stage, hash, body, status }) =>
      change(intentId, (intent) => ({
        stage,
        status,
        artifacts: [
          ...intent.artifacts.filter((one) => order(one.stage) < order(stage)),
          { stage, hash, body },
        ],
      })),
    setStatus: async ({ intentId, status, problem }) =>
      change(intentId, () => ({
        status,
        ...(problem === undefined ? {} : { problem }),
      })),
    addProgress: async () => undefined,
    readEvents: async () => [],
    subscribe: () => () => undefined,
  }
}
