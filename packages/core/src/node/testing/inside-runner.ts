import { CommandRunner, type CommandResult, type RunOptions } from '../../process/command.js';
import type { Conversation, ConversationOptions } from '../../process/conversation.js';
import type { PrivateNode } from './private-node.js';

/** Runs commands in a private namespace. */
export class InsideRunner extends CommandRunner {
  /** Ids of the children with a protocol, in the order of their starts. */
  readonly pids: number[] = [];

  /** Names of the programs that were run, in the order of their starts. */
  readonly programs: string[] = [];

  constructor(private readonly node: Pick<PrivateNode, 'inside'>) {
    super();
  }

  override run(program: string, args: readonly string[], options: RunOptions): Promise<CommandResult> {
    this.programs.push(program);
    const [outer, ...rest] = this.node.inside(program, args);
    return super.run(outer, rest, options);
  }

  override converse(program: string, args: readonly string[], options: ConversationOptions): Conversation {
    const [outer, ...rest] = this.node.inside(program, args);
    const conversation = super.converse(outer, rest, options);
    // nsenter(1) becomes the program, and keeps its id.
    if (conversation.pid !== undefined) this.pids.push(conversation.pid);
    return conversation;
  }
}
