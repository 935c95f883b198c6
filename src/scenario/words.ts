import type { PromptShape } from "../core/scenario.ts";

/**
 * The words that prompts are made of. With a space before it, each is exactly one token of the Llama 3.1 tokenizer (a
 * test proves it for every word), so a text of n of them has n tokens. Adding, removing or reordering words changes
 * every prompt made from a seed.
 */
export interface Vocabulary {
  readonly determiners: readonly string[];
  readonly adjectives: readonly string[];
  readonly nouns: readonly string[];
  /** Past tense, so that any noun before them agrees. */
  readonly verbs: readonly string[];
  readonly adverbs: readonly string[];
  readonly prepositions: readonly string[];
  readonly conjunctions: readonly string[];
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** None of them changes before a vowel, as "a" and "an" do. */
const GRAMMAR = {
  determiners: words("the this that every each another our their his her"),
  prepositions: words(`
    near behind beside above below under over across along around through toward beyond within inside outside against
    beneath between from with without by after before until during into onto upon
  `),
  conjunctions: words("and but while because so until before after when though although since where whenever unless"),
};

/** By kind of content: code and JSON prompts speak of their own field. */
export const VOCABULARY: Readonly<Record<PromptShape["content"], Vocabulary>> = {
  prose: {
    ...GRAMMAR,
    adjectives: words(`
      old young small large quiet bright dark gentle narrow broad simple careful honest patient famous local distant
      foreign ancient modern early late warm cold dry wet soft hard deep shallow high low long short heavy light empty
      full open closed rich poor strong weak fresh clean clear blue green red yellow white black brown grey golden
      silver wooden stone rough smooth sharp round square tall wide thin thick quick slow busy lazy calm proud humble
      brave curious clever wise kind friendly polite loud silent steady sudden gradual final first second third last
      next former common rare strange familiar usual special general particular public private royal rural urban
      northern southern eastern western central coastal northeast daily weekly annual summer winter autumn spring
      lonely crowded pleasant lovely beautiful pretty plain elegant graceful noble loyal faithful cheerful happy
      grateful serious practical useful helpful valuable precious expensive cheap modest generous hidden forgotten
      broken ruined damaged restored painted printed written spoken borrowed stolen missing lost certain possible
      natural wild domestic remote nearby hollow solid frozen burning growing falling rising moving living sleeping
    `),
    nouns: words(`
      river mountain valley forest garden field island harbor harbour coast beach ocean lake stream bridge road street
      path corner village town city market square castle tower church temple school college library museum theatre
      theater station airport hotel restaurant kitchen bedroom office factory workshop farm barn mill house cottage
      palace cabin tent roof wall window door gate fence floor ceiling stairs chair table desk bed lamp candle mirror
      clock watch bell key box basket bag bottle glass cup plate bowl knife fork spoon bread butter cheese apple
      orange lemon grape berry cherry onion potato tomato corn rice wheat flour sugar salt pepper honey coffee tea
      milk wine beer soup cake meal breakfast lunch dinner supper feast guest host neighbor friend brother sister
      mother father daughter son uncle aunt cousin grandfather grandmother husband wife child baby boy girl man woman
      king queen prince princess knight soldier captain sailor pilot driver farmer baker butcher painter poet writer
      author editor reader teacher student pupil scholar scientist engineer doctor nurse lawyer judge clerk merchant
      trader banker servant hunter shepherd traveler stranger visitor tourist crowd family couple team club council
      committee company army horse cow ox sheep goat pig dog cat mouse rabbit fox wolf bear deer lion tiger elephant
      monkey bird eagle owl crow duck goose hen fish salmon whale dolphin turtle snake frog bee butterfly spider ant
      tree oak pine maple branch leaf root flower rose grass bush moss seed fruit wood stone rock sand mud clay dust
      ash smoke fire flame spark wind storm rain snow ice frost fog cloud thunder lightning sky sun moon star planet
      dawn morning noon afternoon evening night midnight day week month year season century winter spring summer
      autumn hour minute moment story tale legend letter book page chapter poem song melody music dance drum violin
      piano guitar trumpet picture painting drawing portrait statue photograph map compass flag coin ring necklace
      crown sword shield arrow bow spear helmet coat hat shirt dress shoe boot glove scarf belt button needle thread
      wool cotton silk leather paper pencil pen brush ink paint hammer nail saw axe shovel rope chain wheel cart wagon
      carriage boat ship train truck bicycle engine machine journey voyage trip adventure trail camp shelter promise
      secret question answer problem idea plan dream memory thought lesson rule law habit custom tradition festival
      holiday wedding funeral birthday gift prize reward price debt trade harvest game contest race match battle war
      peace victory defeat danger trouble mistake accident surprise joy sorrow anger fear hope courage wisdom
      knowledge beauty silence noise voice whisper laugh smile tear shadow light colour color shape smell taste touch
      weather climate temperature distance direction height weight length border edge surface center centre middle
    `),
    verbs: words(`
      found watched followed crossed opened closed carried lifted pulled pushed dropped caught held kept left reached
      passed entered visited joined met greeted helped thanked praised blamed warned advised trusted loved liked hated
      feared admired respected remembered forgot knew learned taught studied read wrote drew painted built made
      created designed repaired fixed broke destroyed burned washed cleaned covered filled emptied moved turned raised
      lowered hung placed set hid showed revealed discovered noticed saw heard felt touched smelled tasted ate drank
      cooked baked boiled cut sliced mixed poured served shared offered gave took borrowed lent bought sold traded
      paid owned lost won gained earned saved spent wasted used needed wanted wished chose picked gathered collected
      counted measured weighed tested tried began started finished ended stopped continued changed improved shaped
      formed divided split connected tied locked guarded protected defended attacked chased escaped avoided blocked
      surrounded faced led guided drove rode sailed dragged threw tossed hit struck kicked shook waved signed marked
      named called described explained mentioned discussed suggested planned ordered sent delivered received accepted
      refused returned replaced removed hired invited welcomed enjoyed
    `),
    adverbs: words(`
      quietly slowly quickly gently carefully softly loudly suddenly gradually finally eventually usually often always
      never rarely sometimes seldom once twice soon later again almost nearly simply clearly easily hardly barely
      gladly happily sadly proudly wisely kindly politely warmly calmly patiently eagerly secretly openly publicly
      briefly daily already still also even only just perhaps maybe probably certainly surely truly really fully
      partly mostly largely directly together alone
    `),
  },
  code: {
    ...GRAMMAR,
    adjectives: words(`
      async static dynamic local global remote empty sorted nested recursive public private final constant mutable
      cached lazy eager generic abstract virtual atomic concurrent parallel synchronous asynchronous binary linear
      circular sparse dense random sequential nullable optional required default custom native portable legacy modern
      stable broken invalid valid missing duplicate unique internal external primary secondary temporary persistent
      distributed embedded typed weak strong raw safe secure fast slow large small initial next previous current
      active idle shared partial complete
    `),
    nouns: words(`
      function method class object module package library framework interface type struct enum variable parameter
      argument constant pointer reference array list vector matrix tuple set map dictionary hash tree graph node edge
      stack heap queue buffer cache index iterator generator closure callback promise future thread process task job
      worker scheduler lock mutex semaphore loop branch condition statement expression operator token parser compiler
      interpreter linker assembler debugger profiler editor terminal shell script command flag option config file
      folder directory path stream socket port packet request response client server proxy router handler middleware
      controller service database table column row query record schema migration transaction session cookie header
      body payload endpoint message event signal listener observer factory builder adapter wrapper plugin extension
      template component widget layout string integer float boolean byte character digit number value key field
      property attribute constructor destructor instance exception error warning log trace test fixture mock assertion
      benchmark commit repository merge patch release version build image container cluster kernel driver device
      memory register instruction block page frame segment
    `),
    verbs: words(`
      returned called parsed loaded stored wrote read sent received checked sorted merged split copied moved removed
      added updated created deleted opened closed locked released compiled linked executed invoked wrapped encoded
      decoded hashed indexed cached queued scheduled blocked spawned started stopped paused resumed mapped filtered
      reduced searched matched replaced inserted appended pushed pulled fetched saved logged tested validated verified
      defined declared initialized assigned imported exported extended implemented overridden allocated freed counted
      scanned compared converted formatted rendered printed threw caught handled ignored
    `),
    adverbs: words(`
      quickly slowly safely twice once correctly silently explicitly automatically repeatedly immediately eventually
      already always never often again together directly internally properly simply carefully finally
    `),
  },
  json: {
    ...GRAMMAR,
    adjectives: words(`
      empty nested valid invalid optional required unique missing default numeric boolean active pending closed open
      paid free public private internal external primary secondary current previous recent annual monthly daily
      digital physical local global regional national foreign official legal personal commercial financial medical
      technical detailed simple complete partial final initial total average minimum maximum new old large small
    `),
    nouns: words(`
      object array field value key string number record entry list item schema property type document table customer
      order product invoice account address user name date price quantity status category tag label event message
      report summary title author language country city region currency amount balance payment tax discount shipment
      package warehouse supplier contract policy license ticket issue comment review rating score rank result answer
      question survey form profile contact email phone device sensor reading measurement unit temperature pressure
      distance duration interval schedule calendar meeting reminder task project team member role permission group
      session login password token request response header parameter option setting feature version release build file
      folder image video song album artist movie book chapter page section paragraph index catalog inventory menu
      recipe ingredient hotel flight airport vehicle engine driver route location latitude longitude altitude weather
      forecast station patient doctor hospital treatment student teacher course lesson grade school company department
      employee manager salary budget expense revenue profit asset loan bank branch transaction identifier timestamp
    `),
    verbs: words(`
      described listed included contained stored recorded reported counted named labeled tagged grouped sorted
      filtered matched linked referenced updated replaced removed added created defined required allowed accepted
      rejected validated mapped merged split measured ranked rated priced ordered shipped delivered paid charged
      returned cancelled approved assigned scheduled opened closed started finished changed covered used shared joined
      followed
    `),
    adverbs: words(`
      once twice always never often usually already again finally directly clearly correctly automatically monthly
      daily simply fully partly only also together separately
    `),
  },
};
