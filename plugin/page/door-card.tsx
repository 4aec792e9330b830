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

const statuses: Record<string, string> = {
  'reader-offline': 'Reader offline',
  'reader-error': 'Reader error',
  'controller-offline': 'Controller offline',
}
const modes: Record<string, string> = {
  unlocked: 'Unlocked by an operator',
  locked: 'Locked by an operator',
  lockdown: 'Lockdown',
  override: 'Override',
  emergency: 'Emergency',
}
const conditions: Record<string, string> = {
  'door.forced-open': 'Forced open',
  'door.open-too-long': 'Open too long',
  'input.supervision-fault': 'Cable fault',
}

/** One door: what it is like now, and what may be done to it. */
export function DoorCard(props: {
  client: Client
  door: Element
  readers: readonly Element[]
  state: State | undefined
  mayOperate: boolean
  present: ((reader: string) => void) | null
}) {
  const { client, door, readers, state, mayOperate, present } = props
  const [busy, setBusy] = useState<Action | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const detail = state?.detail?.kind === 'door' ? state.detail : null

  const send = async (action: Action) => {
    setBusy(action)
    const answer = await client.command(action, door.id)
    const result = answer.ok ? answer.value.results[0] : undefined
    setSaid(answer.ok ? (result?.outcome === 'done' ? null : (result?.detail ?? result?.outcome ?? null)) : answer.refused.detail)
    setBusy(null)
  }
  return (
    <Card withBorder padding="md" data-door={door.id}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={3} size="h5">
            {door.name}
          </Title>
          <Group gap={6} justify="flex-end">
            {detail?.lock && (
              <Badge color={detail.lock === 'locked' ? 'gray' : 'green'} variant="filled">
                {detail.lock === 'locked' ? 'Locked' : 'Unlocked'}
              </Badge>
            )}
            {detail && (
              <Badge color={detail.position === 'open' ? 'orange' : 'gray'} variant="outline" c="inherit">
                {detail.position === 'unknown' ? 'Position unknown' : detail.position === 'open' ? 'Open' : 'Closed'}
              </Badge>
            )}
            {!detail && (
              <Badge color="gray" variant="outline" c="inherit">
                Unknown
              </Badge>
            )}
          </Group>
        </Group>
        <Group gap={6}>
          {detail && modes[detail.mode] && (
            <Badge color={detail.mode === 'lockdown' || detail.mode === 'emergency' ? 'red' : 'blue'} variant="filled">
              {modes[detail.mode]}
            </Badge>
          )}
          {detail?.standing.map(type => (
            <Badge key={type} color="red" variant="filled">
              {conditions[type] ?? type}
            </Badge>
          ))}
          {(state?.flags.offline ? ['controller-offline'] : detail ? [detail.status] : []).map(
            status =>
              statuses[status] && (
                <Badge key={status} color="red" variant="filled">
                  {detail?.status === 'reader-offline' ? statuses['reader-offline'] : statuses[status]}
                </Badge>
              ),
          )}
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
