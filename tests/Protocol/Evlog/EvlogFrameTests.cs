using System.Buffers.Binary;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Evlog;

public sealed class EvlogFrameTests
{
    [Fact]
    public void IsCandidate_GoldenFrames_AreAccepted() => Assert.All(EvlogVectors.Frames, frame => Assert.True(EvlogFrame.IsCandidate(frame)));

    [Fact]
    public void IsCandidate_DrainedRecordsInAFrame_AreAccepted()
    {
        Assert.True(EvlogFrame.IsCandidate(InFrame(EvlogVectors.StringDrained32)));
        Assert.True(EvlogFrame.IsCandidate(InFrame(EvlogVectors.StringDrained64)));
    }

    [Fact]
    public void IsCandidate_EveryTruncation_IsRefused()
    {
        foreach (var frame in EvlogVectors.Frames)
        {
            for (var length = 0; length < frame.Length; length++)
            {
                Assert.False(EvlogFrame.IsCandidate(frame.AsSpan(0, length)));
            }
        }
    }

    [Theory]
    [InlineData(0, 0xff)] // length beyond the datagram
    [InlineData(0, 0x10)] // length below the header
    [InlineData(16, 0)] // magic
    [InlineData(22, 4)] // format
    [InlineData(23, 8)] // severity
    [InlineData(20, 0x53)] // size that does not agree with the frame
    [InlineData(52, 7)] // facility with a control byte
    public void IsCandidate_OneFieldWrong_IsRefused(int offset, byte value)
    {
        var frame = (byte[])EvlogVectors.PrintfFromE1000.Clone();
        frame[offset] = value;
        if (offset == 20)
        {
            frame[20] = 0x60;
        }

        Assert.False(EvlogFrame.IsCandidate(frame));
    }

    [Fact]
    public void IsCandidate_DataBehindTheFrame_IsAccepted() => Assert.True(EvlogFrame.IsCandidate([.. EvlogVectors.BinaryFromScsi, .. EvlogVectors.BinaryFromScsi]));

    internal static byte[] InFrame(byte[] record)
    {
        var length = (16 + record.Length + 3) & ~3;
        var frame = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        record.CopyTo(frame, 16);
        return frame;
    }
}
