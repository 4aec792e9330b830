import { buildPage } from '../plugin/page/build.ts'

/** Once before all tests: the page that servers serve, so that no two of them build it side by side. */
export default async function setup(): Promise<void> {
  await buildPage()
}
