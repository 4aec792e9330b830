import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { Action } from '../../shared/command.ts'
import type { Client, Element, State } from '../client/client.ts'

const actions: readonly { readonly action: Action; readonly label: string }[] = [
  { action: 'grant', label: 'Grant access' },
  { action: 'unlock', label: 'Unlock' },
  { action: 'lock', label: 'Lock' },
  { action: 'lockdown', label: 'Lockdown' },
  { action: 'reset', label: 'Reset' },
]

/** What a state looks like; the rest is grey and outlined. */
const colours: Record<string, string> = {
  unlocked: 'green',
  'unlocked-by-operator': 'green',
  open: 'orange',
  override: 'blue',
  'locked-by-operator': 'blue',
  lockdown: 'red',
  emergency: 'red',
  'forced-open': 'red',
  'open-too-long': 'red',
  'supervision-fault': 'red',
  tamper: 'red',
  'reader-offline': 'red',
  'reader-error': 'red',
  'controller-offline': 'red',
}

/** One door: what it is like now, and what may be done to it. */
export function DoorCard(props: {
  client: Client
  door: Element
  readers: readonly Element[]
  state: State | undefined
  names: ReadonlyMap<string, string>
  mayOperate: boolean
  present: ((reader: string) => void) | null
}) {
  const { client, door, readers, state, names, mayOperate, present } = props
  const [busy, setBusy] = useState<Action | null>(null)
  const [said, setSaid] = useState<string | null>(null)

  const send = async (action: Action) => {
    setBusy(action)
    const { data, error } = await client.POST('/api/v1/commands', { body: { action, element: door.id } })
    const result = data?.results[0]
    setSaid(error ? error.detail : result?.outcome === 'done' ? null : (result?.detail ?? null))
    setBusy(null)
  }
  return (
    <Card withBorder padding="md" data-door={door.id}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <Title order={3} size="h5">
            {door.name}
          </Title>
          <Group gap={6} justify="flex-end">
            {(state?.states ?? []).map(id => (
              <Badge
                key={id}
                color={colours[id] ?? 'gray'}
                variant={colours[id] ? 'filled' : 'outline'}
                {...(colours[id] ? {} : { c: 'inherit' })}
              >
                {names.get(id) ?? id}
              </Badge>
            ))}
          </Group>
        </Group>
        {mayOperate && (
          <Group gap={6}>
            {actions
              .filter(({ action }) => !door.unsupportedCommands.includes(action))
              .map(({ action, label }) => (
                <Button
                  key={action}
                  size="xs"
                  variant={action === 'grant' ? 'filled' : 'default'}
                  loading={busy === action}
                  disabled={busy !== null && busy !== action}
                  onClick={() => void send(action)}
                >
                  {label}
                </Button>
              ))}
          </Group>
        )}
        {present && readers.length > 0 && (
          <Group gap={6}>
            {readers.map(reader => (
              <Button key={reader.id} size="xs" variant="light" c="inherit" onClick={() => present(reader.id)}>
                Present a card at {reader.name}
              </Button>
            ))}
          </Group>
        )}
        {said && (
          <Text size="sm" c="red" role="alert">
            {said}
          </Text>
        )}
      </Stack>
    </Card>
  )
}
