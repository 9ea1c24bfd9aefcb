using System.Text;
using Mayday.Protocol.Pstore;

namespace Mayday.Protocol.Tests.Pstore;

public sealed class PstoreTests
{
    [Fact]
    public void Join_TwoParts_PutsTheOlderTextFirst()
    {
        var dumps = PstoreDump.Join(
        [
            new("dmesg-efi-1", "Oops#1 Part1\n<4>c\n"u8.ToArray()),
            new("dmesg-efi-2", "Oops#1 Part2\n<4>a\n<4>b\n"u8.ToArray()),
        ]);

        var dump = Assert.Single(dumps);
        Assert.Equal(("efi", "Oops", 1), (dump.Backend, dump.Reason, dump.Count));
        Assert.Equal("<4>a\n<4>b\n<4>c\n", Encoding.ASCII.GetString(dump.Text));
        Assert.Empty(dump.MissingParts);
    }

    [Fact]
    public void Join_AMissingPart_IsNamed()
    {
        var dump = Assert.Single(PstoreDump.Join(
        [
            new("/sys/fs/pstore/dmesg-erst-77", "Panic#2 Part4\nd\n"u8.ToArray()), new("dmesg-erst-78", "Panic#2 Part2\nb\n"u8.ToArray()),
        ]));

        Assert.Equal([1, 3], dump.MissingParts);
        Assert.Equal("d\nb\n", Encoding.ASCII.GetString(dump.Text));
    }

    [Fact]
    public void Join_ClaimOfAHugePart_StaysBounded() =>
        Assert.True(Assert.Single(PstoreDump.Join([new("dmesg-efi-1", "Oops#1 Part2147483647\nx\n"u8.ToArray())])).MissingParts.Count <= 1000);

    [Fact]
    public void TryParse_TextWithEccNotice_KeepsItApart()
    {
        Assert.True(PstoreFile.TryParse("Panic#1 Part1\n<6>a\n<6>b\n\nECC: No errors detected\n"u8, out var file));

        Assert.Equal("<6>a\n<6>b\n", Encoding.ASCII.GetString(file.Text));
        Assert.Equal("ECC: No errors detected", Encoding.ASCII.GetString(file.EccNotice));
    }

    [Fact]
    public void TryParse_EccInTheMiddleOfTheText_IsText()
    {
        Assert.True(PstoreFile.TryParse("Panic#1 Part1\nECC: on\n<6>b\n"u8, out var file));

        Assert.Equal("ECC: on\n<6>b\n", Encoding.ASCII.GetString(file.Text));
        Assert.True(file.EccNotice.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Oops#1 Part1")]
    [InlineData("#1 Part1\nx")]
    [InlineData("Oops#x Part1\nx")]
    [InlineData("Oops#1 Part0\nx")]
    [InlineData("Oops#1 Part\nx")]
    [InlineData("Oops Part1#1\nx")]
    [InlineData("4,1,2,-;Oops#1 Part1\nx")]
    [InlineData("Oops#1 Part99999999999\nx")]
    public void TryParse_AnythingElse_IsFalse(string content) => Assert.False(PstoreFile.TryParse(Encoding.ASCII.GetBytes(content), out _));

    [Theory]
    [InlineData("dmesg-ramoops-0", "ramoops")]
    [InlineData("/sys/fs/pstore/dmesg-efi-163.enc.z", "efi")]
    [InlineData("dmesg-efi_pstore-1", "efi_pstore")]
    [InlineData("notes.txt", "")]
    public void BackendOf_FileName_IsItsMiddle(string name, string backend) => Assert.Equal(backend, PstoreDump.BackendOf(name));

    // The real files: an oops and the panic after it are two dumps, and ERST keeps each in two parts.
    [Theory]
    [InlineData("ramoops_oops_panic", "ramoops", "Oops1 Oops2 Oops3 Panic4")]
    [InlineData("erst", "erst", "")]
    public void Join_FilesOfARealMachine_GivesWholeDumps(string run, string backend, string expected)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "../../../../../../shared/corpus/pstore", run);
        if (!Directory.Exists(folder))
        {
            Assert.Skip("the corpus is not beside the checkout");
        }

        var dumps = PstoreDump.Join(Directory.GetFiles(folder, "dmesg-*").Select(path => KeyValuePair.Create(path, File.ReadAllBytes(path))));

        Assert.All(dumps, dump => Assert.Equal(backend, dump.Backend));
        Assert.All(dumps, dump => Assert.Empty(dump.MissingParts));
        Assert.All(dumps, dump => Assert.Contains("RIP: 0010:", Encoding.UTF8.GetString(dump.Text)));
        Assert.All(dumps, dump => Assert.DoesNotContain("ECC:", Encoding.UTF8.GetString(dump.Text)));
        if (expected.Length > 0)
        {
            Assert.Equal(expected, string.Join(' ', dumps.Select(dump => dump.Reason + dump.Count)));
        }
        else
        {
            Assert.Equal(2, dumps.Count);
        }
    }
}
