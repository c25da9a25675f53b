<script setup lang="ts">
import { Button, MessagePlugin, Tag } from 'tdesign-vue-next';
import { ref, shallowRef } from 'vue';
import type { SampleEntryRow, SampleEntryRows, SampleEntrySaved } from '../../../../contract/sample-entry.ts';
import { ApiError, get, post } from '../../api.ts';
import type { Column } from '../../components/columns.ts';
import DataList from '../../components/DataList.vue';
import ModalDialog from '../../components/ModalDialog.vue';
import PageFrame from '../../components/PageFrame.vue';
import { dateTime } from '../../format.ts';
import { type Filter, useList } from '../../list.ts';
import { isAdministrator } from '../../session.ts';

const filters: readonly Filter[] = [
  { name: 'search', title: '搜索标题', kind: 'text', most: 100 },
  { name: 'state', title: '状态', kind: 'choice', options: { open: '待处理', done: '已处理' } },
];
const columns: readonly Column<SampleEntryRow>[] = [
  { key: 'title', title: '标题', sorts: true, long: true },
  { key: 'state', title: '状态' },
  { key: 'author', title: '提交人', text: ({ author }) => author },
  { key: 'createdAt', title: '提交时间', sorts: true, text: ({ createdAt }) => dateTime(createdAt) },
  { key: 'doneAt', title: '处理时间', sorts: true, text: ({ doneAt }) => doneAt && dateTime(doneAt) },
];
const list = useList<SampleEntryRow>(filters, (query, signal) =>
  get<SampleEntryRows>('/api/admin/sample-entry', query, signal),
);
/** The one that is being read. */
const open = shallowRef<SampleEntryRow | null>(null);
const saving = ref(false);

async function setDone({ id }: SampleEntryRow, done: boolean): Promise<void> {
  if (saving.value) return;
  saving.value = true;
  try {
    await post<SampleEntrySaved>(`/api/admin/sample-entry/${id}/done`, { done });
    void MessagePlugin.success(done ? '已标为已处理' : '已重新打开');
    open.value = null;
    await list.reload();
  } catch (error) {
    void MessagePlugin.error(error instanceof ApiError ? error.message : '没有成功，请重试。');
  } finally {
    saving.value = false;
  }
}
</script>

<template>
  <PageFrame title="样例" description="大家在小程序里提交的样例，处理好的标为已处理，提交人会看到。">
    <DataList :list="list" :columns="columns" label="样例" unit="条" empty-text="还没有人提交。">
      <template #title="{ row }">
        <Button class="read" variant="text" theme="primary" @click="open = row">{{ row.title }}</Button>
      </template>
      <template #state="{ row }">
        <Tag size="small" variant="light" :theme="row.doneAt ? 'success' : 'warning'">{{ row.doneAt ? '已处理' : '待处理' }}</Tag>
      </template>
    </DataList>

    <ModalDialog v-if="open" :title="open.title" @close="open = null">
      <p class="quiet">{{ open.author ?? '已不存在的人' }}　{{ dateTime(open.createdAt) }}</p>
      <p class="body">{{ open.body }}</p>
      <div class="row modal-buttons">
        <Button variant="outline" @click="open = null">关闭</Button>
        <Button v-if="isAdministrator" theme="primary" :loading="saving" @click="setDone(open, open.doneAt === null)">
          {{ open.doneAt === null ? '标为已处理' : '重新打开' }}
        </Button>
      </div>
    </ModalDialog>
  </PageFrame>
</template>

<style scoped>
/* Below the heading, as the other columns stand. */
.read.t-button {
  padding-inline: 0;
}
.body {
  overflow-wrap: anywhere;
  white-space: pre-line;
}
</style>
