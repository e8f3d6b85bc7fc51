using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class AnsweredCallTests
{
    // Who waits for the end of a call looks at this in a loop: one that lags behind the answer keeps that loop going.
    [Fact]
    public void ACallHasEndedWhenItsAnswerIsThere()
    {
        var answered = new QuestionCall(default);
        Assert.False(answered.Ended.IsCompleted);
        answered.OnFrame(FrameType.Answer, "yes"u8.ToArray());
        Assert.True(answered.Ended.IsCompleted);

        var failed = new QuestionCall(default);
        failed.Fail(new IOException());
        Assert.True(failed.Ended.IsCompleted);
    }
}
