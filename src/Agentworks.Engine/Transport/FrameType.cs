namespace Agentworks.Transport;

/// <summary>Kinds of frames. Lower case and X, F, A come from the machine; H goes both ways.</summary>
internal enum FrameType : byte
{
    Hello = (byte)'H',
    Run = (byte)'R',
    Input = (byte)'I',
    EndOfInput = (byte)'E',
    Window = (byte)'W',
    Stop = (byte)'K',
    Evaluate = (byte)'V',
    Ping = (byte)'P',
    Pong = (byte)'p',
    Output = (byte)'o',
    Error = (byte)'e',
    Result = (byte)'X',
    Fault = (byte)'F',
    Answer = (byte)'A',
}
