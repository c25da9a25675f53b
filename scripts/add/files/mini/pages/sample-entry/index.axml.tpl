<type-size>
  <view class="page">
    <view class="card sample-entry-form">
      <dingui-input className="form-input" title="标题" placeholder="请输入标题" maxlength="50" value="{{title}}" disabled="{{submitting}}" onDmInput="onTitle" />
      <textarea class="sample-entry-body" name="body" placeholder="请输入内容" maxlength="{{2000}}" value="{{body}}" disabled="{{submitting}}" onInput="onBody" />
      <view class="form-message" a:if="{{message}}">{{message}}</view>
      <view class="form-detail" a:if="{{detail}}">{{detail}}</view>
      <view class="sample-entry-action">
        <dingui-button type="primary" size="large" className="wide-button" disabled="{{submitting}}" onDmTap="submit">{{submitting ? '正在提交…' : '提交'}}</dingui-button>
      </view>
    </view>

    <view class="section-title sample-entry-head">我提交的</view>
    <view class="card">
      <skeleton a:if="{{state === 'loading'}}" />
      <fault-card a:elif="{{state === 'failed'}}" fault="{{fault}}" onAction="retry" />
      <view a:elif="{{rows.length === 0}}" class="sample-entry-empty">还没有提交过。</view>
      <block a:else>
        <view class="sample-entry-row" a:for="{{rows}}" a:key="id">
          <view class="sample-entry-row-title">{{item.title}}</view>
          <view class="sample-entry-row-body">{{item.body}}</view>
          <view class="sample-entry-row-foot">{{item.time}}　{{item.state}}</view>
        </view>
      </block>
    </view>
    <view class="text-button sample-entry-more" a:if="{{nextCursor !== null}}" onTap="loadMore">{{loadingMore ? '正在加载更多…' : '加载更多'}}</view>
  </view>
</type-size>
