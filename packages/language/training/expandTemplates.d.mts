export function readTemplates(): { label: string; pattern: string }[]
export function expandTemplates(): { label: string; text: string }[]
export function seeded(seed: number): () => number
