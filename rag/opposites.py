"""Pairs of English words of which one denies the other: direction, order, degree, gain and loss, beginning and end."""

from __future__ import annotations

from collections.abc import Iterator

_PAIRS = """
increase/decrease increased/decreased increases/decreases increasing/decreasing rise/fall rose/fell rises/falls
rising/falling risen/fallen grow/shrink grew/shrank grows/shrinks growing/shrinking gain/lose gained/lost gains/losses
raise/lower raised/lowered raises/lowers raising/lowering expand/contract expanded/contracted expands/contracts
improve/worsen improved/worsened improves/worsens improving/worsening strengthen/weaken strengthened/weakened
accelerate/slow accelerated/slowed double/halve doubled/halved climb/drop climbed/dropped soared/plunged surged/slumped
appreciated/depreciated widened/narrowed widen/narrow lengthened/shortened lengthen/shorten deepened/eased
more/less more/fewer most/least most/fewest greater/smaller greater/lesser greatest/least greatest/smallest many/few
majority/minority maximum/minimum highest/lowest higher/lower high/low larger/smaller largest/smallest large/small
big/small bigger/smaller biggest/smallest longest/shortest longer/shorter long/short tallest/shortest taller/shorter
oldest/youngest oldest/newest older/younger older/newer old/new old/young fastest/slowest faster/slower fast/slow
quick/slow heaviest/lightest heavier/lighter heavy/light strongest/weakest stronger/weaker strong/weak
richest/poorest richer/poorer rich/poor wealthy/poor warmest/coldest warmer/colder warmer/cooler hottest/coldest
hotter/colder hot/cold warm/cold warm/cool deepest/shallowest deeper/shallower deep/shallow widest/narrowest
wider/narrower wide/narrow broad/narrow thick/thin thicker/thinner best/worst better/worse good/bad easy/difficult
easy/hard easier/harder easiest/hardest cheap/expensive cheaper/dearer nearest/farthest nearest/furthest nearer/farther
closest/farthest near/far common/rare frequent/rare frequently/rarely often/seldom often/rarely usually/rarely
always/never always/sometimes all/some all/none everyone/nobody
before/after prior/subsequent previous/next preceding/following precede/follow preceded/followed precedes/follows
former/latter first/last early/late earlier/later earliest/latest ancient/modern temporary/permanent
begin/end began/ended begins/ends beginning/ending begun/ended start/stop start/finish start/end started/stopped
started/finished started/ended starts/stops starts/ends starting/ending open/close opened/closed opens/closes
opening/closing continue/stop continued/stopped continue/cease continued/ceased enter/leave entered/left enters/leaves
arrive/depart arrived/departed arrived/left arrival/departure join/leave joined/left join/quit remain/leave
remained/left appear/disappear appeared/disappeared found/abolished established/abolished established/dissolved
create/destroy created/destroyed build/demolish built/demolished built/destroyed hire/fire hired/fired
appointed/dismissed elected/defeated promoted/demoted promoted/relegated born/died birth/death alive/dead
live/die lived/died kill/save killed/saved survive/perish survived/perished married/divorced
north/south northern/southern northward/southward northeast/southwest northeastern/southwestern northwest/southeast
northwestern/southeastern east/west eastern/western eastward/westward northernmost/southernmost
easternmost/westernmost up/down upper/lower upward/downward upwards/downwards above/below over/under
top/bottom inside/outside inner/outer internal/external indoor/outdoor indoors/outdoors interior/exterior within/outside
into/out front/back front/rear forward/backward forwards/backwards left/right upstream/downstream inland/offshore
import/export imported/exported imports/exports importing/exporting buy/sell bought/sold buys/sells buying/selling
buyer/seller lend/borrow lent/borrowed lender/borrower profit/loss profits/losses profitable/unprofitable
surplus/deficit asset/liability assets/liabilities income/expense income/expenses revenue/expenditure credit/debit
win/lose won/lost wins/loses winning/losing winner/loser winners/losers victory/defeat victories/defeats
succeed/fail succeeded/failed succeeds/fails success/failure successful/unsuccessful successfully/unsuccessfully
accept/reject accepted/rejected accepts/rejects accepting/rejecting approve/reject approved/rejected agree/disagree
agreed/disagreed agreed/refused allow/forbid allowed/forbidden allows/forbids allow/prevent allowed/prevented
allows/prevents permit/prohibit permitted/prohibited permits/prohibits permitted/forbidden legal/illegal
legalized/banned lawful/unlawful admit/deny admitted/denied admits/denies confirm/deny confirmed/denied
confirms/denies support/oppose supported/opposed supports/opposes supporting/opposing supporter/opponent
supporters/opponents supporters/critics favor/oppose favored/opposed favour/oppose favoured/opposed for/against
encourage/discourage encouraged/discouraged praise/criticize praised/criticized praised/criticised
praised/condemned attack/defend attacked/defended attacks/defends attacker/defender attackers/defenders love/hate
loved/hated like/dislike liked/disliked trust/distrust friend/enemy friends/enemies ally/enemy allies/enemies
include/exclude included/excluded includes/excludes including/excluding inclusion/exclusion present/absent
presence/absence add/remove added/removed adds/removes adding/removing attach/detach connect/disconnect
connected/disconnected enable/disable enabled/disabled activate/deactivate activated/deactivated lock/unlock
locked/unlocked install/uninstall visible/invisible active/inactive possible/impossible likely/unlikely
able/unable necessary/unnecessary required/optional mandatory/optional compulsory/voluntary known/unknown
certain/uncertain safe/unsafe safe/dangerous stable/unstable equal/unequal regular/irregular direct/indirect
directly/indirectly complete/incomplete public/private publicly/privately official/unofficial positive/negative
positively/negatively true/false correct/incorrect right/wrong real/fake guilty/innocent guilty/acquitted
convicted/acquitted rural/urban domestic/foreign male/female men/women man/woman boy/girl boys/girls he/she his/her
father/mother fathers/mothers son/daughter sons/daughters brother/sister brothers/sisters husband/wife husbands/wives
uncle/aunt nephew/niece grandfather/grandmother grandson/granddaughter king/queen prince/princess actor/actress
parent/child parents/children teacher/student teachers/students employer/employee employers/employees
predecessor/successor ancestor/descendant ancestors/descendants cause/result maternal/paternal
full/empty wet/dry dark/light darkness/light day/night morning/evening summer/winter spring/autumn spring/fall
solid/liquid acid/alkaline natural/artificial simple/complex single/multiple singular/plural odd/even
sender/receiver sent/received send/receive sends/receives give/take gave/took given/taken gives/takes push/pull
pushed/pulled question/answer asked/answered remember/forget remembered/forgot release/capture released/captured
released/detained freed/imprisoned advance/retreat advanced/retreated war/peace democratic/authoritarian
liberal/conservative left-wing/right-wing majority/plurality offensive/defensive northbound/southbound
eastbound/westbound hardware/software input/output vertical/horizontal vertically/horizontally
clockwise/counterclockwise predator/prey extinct/extant
"""


def _opposites() -> Iterator[tuple[str, str]]:
    for pair in _PAIRS.split():
        left, right = pair.split("/")
        yield left, right
        yield right, left


OPPOSITES: dict[str, frozenset[str]] = {}
"""Word, in lower case, to the words that deny it."""
for _word, _other in _opposites():
    OPPOSITES[_word] = OPPOSITES.get(_word, frozenset()) | {_other}
