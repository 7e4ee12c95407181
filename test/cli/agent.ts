import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Terminal } from './terminal.ts';

const COMMAND = join(import.meta.dirname, '../../bin/cli.ts');

/** What a tool answered. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
  readonly value: any;
}

/** An agent: the SDK's client of `latchkey mcp`, as a program of its own over stdio. */
export class Agent {
  readonly #client: Client;
  /** What its person was asked. */
  readonly questions: string[] = [];

  private constructor(client: Client) {
    this.#client = client;
  }

  /** `decide` answers for the person; without it the client cannot ask. */
  static async start(
    { home, env }: Terminal,
    url: string,
    decide?: (question: string) => 'accept' | 'decline',
  ): Promise<Agent> {
    const client = new Client(
      { name: 'a test', version: '1' },
      { capabilities: decide === undefined ? {} : { elicitation: { form: {} } } },
    );
    const agent = new Agent(client);
    if (decide !== undefined)
      client.setRequestHandler(ElicitRequestSchema, ({ params: { message } }) => {
        agent.questions.push(message);
        const action = decide(message);
        return action === 'accept' ? { action, content: { confirm: true } } : { action };
      });
    const given = Object.entries(env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const args = [COMMAND, 'mcp', '--url', url];
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args,
        cwd: home,
        env: Object.fromEntries(given),
        stderr: 'inherit',
      }),
    );
    return agent;
  }

  async tools() {
    return (await this.#client.listTools()).tools;
  }

  async call(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<ToolAnswer> {
    const { content, isError, structuredContent } = await this.#client.callTool({ name, arguments: args });
    const texts = content as readonly { readonly text: string }[];
    return {
      isError: isError === true,
      text: texts.map(({ text }) => text).join(''),
      value: structuredContent,
    };
  }

  stop(): Promise<void> {
    return this.#client.close();
  }
}
