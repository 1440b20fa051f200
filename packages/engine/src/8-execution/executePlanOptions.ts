import type {
  Address,
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
  /** Whose money it is, where the plan is of an executor that acts for them. */
  readonly owner?: Address | undefined
  /** Says why nothing more may begin, where everything was stopped since. */
  readonly findStop?: (() => Promise<string | undefined>) | undefined
  /** How long one transaction of this house is waited for. */
  readonly waitMs: number
  readonly onProgress: (message: string) => Promise<void>
}
