using System.Text;

namespace Agentworks.Transport;

/// <summary>A question that the program at the far end answers itself.</summary>
internal sealed class QuestionCall(ReadOnlyMemory<byte> frame) : AnsweredCall<string>(FrameType.Evaluate, frame)
{
    public override void OnFrame(FrameType frame, ReadOnlyMemory<byte> data)
    {
        switch (frame)
        {
            case FrameType.Answer:
                Succeed(Encoding.UTF8.GetString(data.Span));
                break;
            case FrameType.Fault:
                Fail(ReadFault(data.Span));
                break;
            default:
                throw new InvalidDataException($"The machine sent a frame of kind {(byte)frame} for a question.");
        }
    }
}
