import { Collapsible } from '@base-ui/react/collapsible'
import type { ReactNode } from 'react'

/** Something that most do not need to see: shown when it is asked for. */
export function Disclosure({
  title,
  className = '',
  onOpen,
  children,
}: {
  readonly title: ReactNode
  readonly className?: string
  /** Told when it is opened. */
  readonly onOpen?: () => void
  readonly children: ReactNode
}) {
  return (
    <Collapsible.Root
      className={`disclosure ${className}`}
      onOpenChange={(isOpen) => {
        if (isOpen) onOpen?.()
      }}
    >
      <Collapsible.Trigger className="summary">{title}</Collapsible.Trigger>
      <Collapsible.Panel>{children}</Collapsible.Panel>
    </Collapsible.Root>
  )
}
