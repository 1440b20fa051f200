import type { JsonValue } from '@behest/spec'

/** One signature of a card: JWS in flattened form, payload left out. */
export type CardSignature = {
  readonly protected: string
  readonly signature: string
}

/** An A2A 1.0 agent card as JSON, as far as Behest writes it. */
export type AgentCardJson = {
  readonly name: string
  readonly description: string
  readonly version: string
  readonly supportedInterfaces: readonly {
    readonly url: string
    readonly protocolBinding: string
    readonly protocolVersion: string
  }[]
  readonly capabilities: {
    readonly streaming: boolean
    readonly pushNotifications: boolean
    readonly extensions: readonly {
      readonly uri: string
      readonly description: string
      readonly required: boolean
      readonly params: { readonly [key: string]: JsonValue | undefined }
    }[]
  }
  readonly defaultInputModes: readonly string[]
  readonly defaultOutputModes: readonly string[]
  readonly skills: readonly {
    readonly id: string
    readonly name: string
    readonly description: string
    readonly tags: readonly string[]
    readonly examples: readonly string[]
  }[]
  readonly signatures?: readonly CardSignature[]
}
