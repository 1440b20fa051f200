import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { useWords } from '../words/useWords.js'

/** What is opened over the page: it keeps the focus until it is closed. */
export function Panel({
  title,
  trigger,
  triggerClass,
  triggerLabel,
  kind,
  isOpen,
  onOpenChange,
  isFocusGivenBack = () => true,
  children,
}: {
  readonly title: string
  /** What stands on the button that opens it. */
  readonly trigger: ReactNode
  readonly triggerClass: string
  readonly triggerLabel: string
  /** `panel` in the middle, `drawer` at the side. */
  readonly kind: 'panel' | 'drawer'
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  /** Whether the button that opened it has the focus once it is closed. */
  readonly isFocusGivenBack?: () => boolean
  readonly children: ReactNode
}) {
  const words = useWords()
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Trigger className={triggerClass} aria-label={triggerLabel}>
        {trigger}
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup
          className={`dialog ${kind}`}
          finalFocus={() => isFocusGivenBack()}
        >
          <div className="bar">
            <Dialog.Title>{title}</Dialog.Title>
            <Dialog.Close className="small quiet">{words.close}</Dialog.Close>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
