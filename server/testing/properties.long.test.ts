/** The properties of `npm test` once more, each with ten times as many made-up values. */
import '../events/bodies.test.ts'; // part: events
import '../platform/answer.test.ts';
import '../platform/answers.test.ts';
import '../platform/dingtalk/event-cipher.test.ts';
