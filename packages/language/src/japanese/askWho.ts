import type { DraftStep } from '../bind/DraftStep.js'
import { isPerson } from '../lexicon/isPerson.js'

/** `同僚に50DAI送って`: what somebody is to the speaker is no address. */
export function askWho(drafts: readonly DraftStep[]): DraftStep[] {
  return drafts.map((draft) =>
    draft.to === undefined || !isPerson(draft.to.value)
      ? draft
      : {
          ...draft,
          problems: [
            ...(draft.problems ?? []),
            {
              slot: 'to',
              problem: {
                reason: `「${draft.to.value}」のアドレスを教えてください。`,
              },
            },
          ],
        },
  )
}
