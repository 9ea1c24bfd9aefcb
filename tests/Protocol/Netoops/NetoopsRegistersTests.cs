using Mayday.Protocol.Netoops;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Netoops;

public sealed class NetoopsRegistersTests
{
    [Fact]
    public void Registers_OfAnOopsOnX64_AreNamedInOrder()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.OopsOnX64.Datagram(), out var packet, out _));
        var registers = packet.Registers;

        Assert.True(registers.IsPresent);
        Assert.Equal(RegisterWidth.Bits64, registers.Width);
        Assert.Equal(0xffffffff81336a5cUL, registers.InstructionPointer);
        Assert.Equal("Intel family 6 model 26 stepping 5", registers.ProcessorDescription);
        Assert.Equal(
            [
                "R15=1f", "R14=1e", "R13=1d", "R12=1c", "RBP=ffff88007a5bde38", "RBX=b1", "R11=1b", "R10=1a", "R09=9", "R08=8", "RAX=0",
                "RCX=c1", "RDX=d1", "RSI=51", "RDI=d2", "ORIG_RAX=ffffffffffffffff", "RIP=ffffffff81336a5c", "CS=10", "EFLAGS=10246",
                "RSP=ffff88007a5bde18", "SS=18",
            ],
            List(registers));
    }

    [Fact]
    public void Registers_OfAnOopsOnI386_AreNamedInOrder()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.OopsOnI386.Datagram(), out var packet, out _));
        var registers = packet.Registers;

        Assert.Equal(RegisterWidth.Bits32, registers.Width);
        Assert.Equal(0xc05b6a5cUL, registers.InstructionPointer);
        Assert.Equal(
            [
                "EBX=b1", "ECX=c1", "EDX=d1", "ESI=51", "EDI=d2", "EBP=f5a1de98", "EAX=0", "DS=7b", "ES=7b", "FS=d8", "GS=e0",
                "ORIG_EAX=ffffffff", "EIP=c05b6a5c", "CS=60", "EFLAGS=10246", "ESP=f5a1de7c", "SS=68",
            ],
            List(registers));
    }

    [Fact]
    public void Registers_OfAPanic_AreAbsentButTheProcessorIsThere()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.PanicAfterIt.Datagram(), out var packet, out _));
        var registers = packet.Registers;

        Assert.False(registers.IsPresent);
        Assert.Equal(0, registers.Count);
        Assert.Null(registers.InstructionPointer);
        Assert.Empty(List(registers));
        Assert.Equal("Intel family 6 model 26 stepping 5", registers.ProcessorDescription);
    }

    [Fact]
    public void Registers_WithoutArchBlock_AreAbsent()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.Stage20WithoutArchBlock.Datagram(), out var packet, out _));
        var registers = packet.Registers;

        Assert.Equal(RegisterWidth.None, registers.Width);
        Assert.False(registers.IsPresent);
        Assert.False(registers.HasProcessor);
        Assert.Null(registers.ProcessorDescription);
    }

    // 60 and 64 bytes are i386 kernels before fs and gs: the words cannot be named with certainty.
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(64)]
    [InlineData(167)]
    [InlineData(169)]
    [InlineData(60_000)]
    public void Registers_OfAnUnknownSize_AreOpaque(int length)
    {
        var block = new byte[4 + length];
        block[^1] = 1;
        var registers = new NetoopsRegisters(2, block);

        Assert.Equal(RegisterWidth.Opaque, registers.Width);
        Assert.True(registers.IsPresent);
        Assert.Equal(0, registers.Count);
        Assert.Null(registers.InstructionPointer);
        Assert.Equal(length, registers.Raw.Length);
    }

    [Fact]
    public void Registers_OfAnotherArchitecture_AreOpaque()
    {
        var block = new byte[172];
        block[171] = 1;
        var registers = new NetoopsRegisters(1, block);

        Assert.Equal(RegisterWidth.Opaque, registers.Width);
        Assert.False(registers.HasProcessor);
    }

    [Theory]
    [InlineData(2, "AMD family 16 model 2 stepping 3")]
    [InlineData(255, "unknown vendor family 16 model 2 stepping 3")]
    [InlineData(4, "vendor 4 family 16 model 2 stepping 3")]
    public void ProcessorDescription_NamesTheVendor(byte vendor, string expected) =>
        Assert.Equal(expected, new NetoopsRegisters(2, [vendor, 16, 2, 3]).ProcessorDescription);

    [Fact]
    public void Indexer_BeyondTheRegisters_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NetoopsRegisters(2, new byte[172])[0]);

    private static List<string> List(NetoopsRegisters registers)
    {
        var list = new List<string>();
        foreach (var register in registers)
        {
            list.Add($"{register.Name}={register.Value:x}");
        }

        return list;
    }
}
