import { isOnZhezhengding, onlyFor } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide 1: 「“浙政钉”接口联系“浙政钉”项目组获取」; 2: its test parameters too. */
export const zhezhengdingDocuments = onlyFor(
  isOnZhezhengding,
  question({
    id: 'zhezhengding-documents',
    section: '1',
    title: '“浙政钉”接口的文档和测试参数，向“浙政钉”项目组获取。',
    severity: 'should',
    remedy: '联系“浙政钉”项目组，取得接口文档和测试环境的参数；不要用别的应用的。',
    question: { ask: '接口文档和测试参数是否由“浙政钉”项目组提供？', evidence: null },
  }),
);
