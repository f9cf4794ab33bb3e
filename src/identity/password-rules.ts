/** Which passwords are taken: 8 to 256 characters, and none that guessers try first (NIST SP 800-63B §5.1.1.2). */
import * as z from "zod";

const FEWEST = 8;
/** Anything longer is refused before it is hashed. */
const MOST = 256;

/** The most common passwords of eight characters or more in published leaks. */
const COMMON = new Set(
  `password password1 password12 password123 password1234 password12345 password! password1! passw0rd passw0rd1 p@ssword
  p@ssw0rd p@ssw0rd1 p@ssword1 pa$$word pa55word passwort passwort1 password01 password11 password2 password99
  password2020 password2021 password2022 password2023 password2024 password2025 password2026 mypassword yourpassword
  newpassword thepassword testpassword password.  passwordpassword drowssap
  12345678 123456789 1234567890 12345678910 123456789a 123456789q 1234567891 0123456789 0987654321 9876543210 987654321
  87654321 123123123 1231231234 12341234 12344321 123454321 123321123 147258369 147852369 159357456 159753456 741852963
  789456123 963852741 11223344 1122334455 112233445566 121212121 12121212 13131313 10101010 20202020 69696969 31415926
  314159265 11111111 111111111 1111111111 00000000 000000000 0000000000 22222222 33333333 44444444 55555555 66666666
  77777777 88888888 99999999 999999999 123456123 123456654321 1234512345 123456123456 12345qwert 12345abc 123456abc
  123456ab 123456aa 123456qwe 123456qwerty 123qweasd 123qweasdzxc 123qwe123 1234qwer 1234abcd 123abc123 12qwaszx
  qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwerty1! qwerty01 qwertyui qwertyuio qwertyuiop qwertyu1
  qwerqwer qweqweqwe qweasdzxc qweasd123 qwe123456 qwe123qwe qwer1234 qwert123 qwert1234 qwert12345 qazwsxedc qazwsx123
  qazxswedc qaz123456 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6
  zaq12wsx zaq1zaq1 zxcvbnm1 zxcvbnm123 zxcvbnm, zxcvbnma zxcv1234 asdfghjk asdfghjkl asdfasdf asdf1234 asdfgh123
  asdfg123 asd123456 asd123asd aaaaaaaa aaaaaaaaa aaaaaaaaaa a1b2c3d4 a1b2c3d4e5 a1234567 a12345678 a123456789 aa123456
  aa12345678 abc12345 abc123456 abc123abc abcd1234 abcd12345 abcde123 abcdefgh abcdefg1 abcdef123 abcdefghi abcdefghij
  iloveyou iloveyou1 iloveyou2 iloveyou! iloveyou12 iloveyou123 iloveyou3 iloveme1 ilovehim iloveher ilovegod iloveu123
  lovelove loveyou1 iloveyouu sunshine sunshine1 princess princess1 princess12 football football1 football12 baseball
  baseball1 basketball basketball1 softball volleyball superman superman1 batman123 spiderman spiderman1 pokemon1
  pokemon123 starwars starwars1 michelle michael1 michael123 jennifer jennifer1 jonathan christopher charlie1 charlie123
  danielle daniel123 jordan23 jessica1 ashley123 nicholas victoria victoria1 stephanie elizabeth alexander alexandra
  alexande benjamin samantha samantha1 patricia veronica caroline
  welcome1 welcome12 welcome123 welcome! welcome01 welcome1! letmein1 letmein123 letmeinn changeme changeme1 changeme123
  changeit trustno1 whatever whatever1 computer computer1 internet internet1 samsung1 samsung123 freedom1 blink182
  master123 master12 dragon123 dragon12 monkey123 monkey12 shadow123 shadow12 hello123 hello1234 hellohello killer123
  soccer123 hunter123 tigger123 buster123 summer123 winter123 flower123 cookie123 cheese123 chocolate chocolate1
  butterfly butterfly1 midnight midnight1 liverpool liverpool1 chelsea1 arsenal1 barcelona realmadrid manchester rangers1
  corvette mercedes mustang1 porsche1 marlboro metallica nirvana1 slipknot slipknot1 greenday snoopy123 scooby123
  garfield gandalf1 hogwarts harrypotter pussycat pepper123 ginger123 maverick mountain birthday children creative
  dolphins einstein elephant fantasia firebird hardcore jackson5 kawasaki lacrosse lasvegas lifetime lovebird maradona
  monster1 myspace1 number1! panthers patriots predator redskins scorpion security security1 september snowball
  something something1 sterling superstar swordfish testtest test1234 test12345 testing1 testing123 tottenham travis123
  undertaker universe valentine vacation warcraft warriors wildcats windows1 wolverine yankees1 zaqwsxcde
  administrator admin123 admin1234 admin12345 admin123456 adminadmin administrator1 root1234 rootroot toor1234
  default1 guest123 user1234 username login123 secret123 secret12 supersecret access14 access123 manager1 support1
  system32 server123 oracle123 postgres temp1234 temppass qwerty!@# !qaz2wsx !@#$%^&* !@#$%^&*() 1234!@#$ pass1234
  pass12345 pass123456 passpass p4ssw0rd summer2023 summer2024 summer2025 summer2026 winter2023 winter2024 winter2025
  winter2026 spring2024 spring2025 spring2026 autumn2024 autumn2025 autumn2026`.split(/\s+/),
);

/** A password that somebody chooses: judged in the form in which it is hashed (NFKC). */
export const newPassword = z
  .string()
  .max(MOST, `The password is longer than ${MOST} characters`)
  .refine((text) => text.isWellFormed(), "The password has a lone surrogate")
  .transform((text) => text.normalize("NFKC"))
  .pipe(
    z
      .string()
      .min(FEWEST, `The password has fewer than ${FEWEST} characters`)
      .refine((text) => !isCommon(text), "This password is one of the most common: choose another"),
  );

/** A password that somebody signs in with: whatever is no password at all is refused before it costs a hash. */
export const givenPassword = z.string().min(1, "The password is empty").max(MOST, "The password is too long");

function isCommon(password: string): boolean {
  const folded = password.toLowerCase();
  return COMMON.has(folded) || new Set(folded).size < 3;
}
