import { Alert, Code, Drawer, Group, Loader, Stack, Text, Timeline, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Cardholder, Client, Configuration, LiveEvent, Trace } from '../client/client.ts'
import { headline, placeOf, reasonWords, whoIn } from './words.ts'

/** Why: the sentence, then every check of the decision in its order. */
export function TraceDrawer(props: {
  client: Client
  event: LiveEvent | null
  configuration: Configuration | null
  people: ReadonlyMap<string, Cardholder>
  close: () => void
}) {
  const { client, event, configuration, people, close } = props
  const [trace, setTrace] = useState<Trace | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  useEffect(() => {
    setTrace(null)
    setProblem(null)
    if (event === null) return
    let current = true
    void client.GET('/api/v1/events/{id}/trace', { params: { path: { id: event.id } } }).then(({ data, error }) => {
      if (!current) return
      if (data) setTrace(data)
      else setProblem(error.detail)
    })
    return () => {
      current = false
    }
  }, [client, event])

  return (
    <Drawer.Root opened={event !== null} onClose={close} position="right" size="md">
      <Drawer.Overlay />
      <Drawer.Content>
        <Drawer.Body>
          <Group justify="space-between" pb="sm" pt="md" wrap="nowrap">
            <Drawer.Title>{event && headline(event, configuration)}</Drawer.Title>
            <Drawer.CloseButton aria-label="Close" />
          </Group>
          {event && (
            <Stack>
              <Text size="sm">
                {[placeOf(event, configuration), whoIn(event, people), new Date(event.time).toLocaleString()].filter(Boolean).join(' · ')}
              </Text>
              {!trace && !problem && <Loader size="sm" aria-label="Loading" />}
              {problem && <Alert color="red">{problem}</Alert>}
              {trace && <Text fw={600}>{trace.text}</Text>}
              {trace && trace.checks.length > 0 && (
                <>
                  <Title order={3} size="h6">
                    What was checked
                  </Title>
                  <Timeline bulletSize={18} lineWidth={2} active={trace.checks.findLastIndex(check => check.outcome !== 'not-reached')}>
                    {trace.checks.map(check => (
                      <Timeline.Item
                        key={check.check}
                        color={check.outcome === 'failed' ? 'red' : 'green'}
                        title={
                          <Group gap="xs">
                            <Text fw={500}>{reasonWords(check.check)}</Text>
                            <Text size="sm" c={check.outcome === 'failed' ? 'red' : 'dimmed'}>
                              {check.outcome.replace('-', ' ')}
                            </Text>
                          </Group>
                        }
                      >
                        {Object.entries(check.found).map(([key, value]) => (
                          <Text size="sm" key={key}>
                            {key}: <Code>{typeof value === 'string' ? value : JSON.stringify(value)}</Code>
                          </Text>
                        ))}
                      </Timeline.Item>
                    ))}
                  </Timeline>
                </>
              )}
              {event.raw && (
                <Text size="sm">
                  Bits as read ({event.raw.length}): <Code style={{ overflowWrap: 'anywhere' }}>{event.raw}</Code>
                </Text>
              )}
            </Stack>
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
