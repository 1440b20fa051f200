import { Select } from '@base-ui/react/select'
import { useState } from 'react'

export type Option<Value extends string> = {
  readonly value: Value
  readonly label: string
  /** The language of the label, where it is not the page's. */
  readonly lang?: string
}

/** One of a few, chosen from a list that opens. */
export function OneOf<Value extends string>({
  label,
  labelIs = 'shown',
  name,
  options,
  value,
  onChange,
}: {
  readonly label: string
  /** `spoken` where what stands around it says already what it is. */
  readonly labelIs?: 'shown' | 'spoken'
  /** Under what name a form sends it. */
  readonly name?: string
  readonly options: readonly Option<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
}) {
  // Beside its button: what is open belongs to the same part of the page.
  const [place, setPlace] = useState<HTMLElement | null>(null)
  return (
    <Select.Root
      items={options}
      value={value}
      {...(name === undefined ? {} : { name })}
      onValueChange={(chosen) => {
        if (chosen !== null) onChange(chosen)
      }}
    >
      {labelIs === 'shown' ? (
        <Select.Label className="one-of-label">{label}</Select.Label>
      ) : null}
      <Select.Trigger
        className="one-of"
        {...(labelIs === 'spoken' ? { 'aria-label': label } : {})}
      >
        <Select.Value />
        <Select.Icon className="one-of-icon">▾</Select.Icon>
      </Select.Trigger>
      <span ref={setPlace} className="one-of-place" />
      <Select.Portal container={place}>
        <Select.Positioner
          className="over"
          positionMethod="fixed"
          sideOffset={4}
          alignItemWithTrigger={false}
        >
          <Select.Popup className="one-of-list">
            {options.map((option) => (
              <Select.Item
                key={option.value}
                value={option.value}
                className="one-of-item"
                {...(option.lang === undefined ? {} : { lang: option.lang })}
              >
                <Select.ItemText>{option.label}</Select.ItemText>
                <Select.ItemIndicator>✓</Select.ItemIndicator>
              </Select.Item>
            ))}
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  )
}
