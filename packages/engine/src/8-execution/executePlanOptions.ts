import type {
  ApprovalArtifact,
  ChainPort,
  MandatePort,
  PlanArtifact,
  SenderPort,
  SimulationArtifact,
} from '@behest/spec'
import type { Linked } from '../ports.js'

/** What carrying out a plan takes, in either custody. */
export type ExecutePlanOptions = {
  readonly plan: Linked<PlanArtifact>
  readonly simulation: Linked<SimulationArtifact>
  readonly approval: Linked<ApprovalArtifact>
  readonly sender: SenderPort
  readonly chain: ChainPort
  /** Absent where only direct custody is possible. */
  readonly mandates?: MandatePort | undefined
  readonly waitMs: number
  readonly now: () => Date
  readonly onProgress: (message: string) => Promise<void>
}
