import type {
  ApprovalArtifact,
  PlanArtifact,
  SimulationArtifact,
} from '@behest/spec'
import type { EnginePorts, Linked } from '../ports.js'

/** What carrying out a plan takes, in either custody. */
export type ExecutePlanOptions = {
  readonly plan: Linked<PlanArtifact>
  readonly simulation: Linked<SimulationArtifact>
  readonly approval: Linked<ApprovalArtifact>
  readonly ports: Pick<
    EnginePorts,
    'sender' | 'holder' | 'mandates' | 'chain' | 'now'
  >
  /** How long one transaction of this house is waited for. */
  readonly waitMs: number
  readonly onProgress: (message: string) => Promise<void>
}
